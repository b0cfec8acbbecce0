// Dragging on the board presses the button or follows the link that the card has for the column it is dropped on.
let dragged = null;
const way = (column) => dragged?.querySelector(`[data-to="${column.dataset.status}"]`);
for (const card of document.querySelectorAll("[data-card]")) {
  card.draggable = true;
  card.addEventListener("dragstart", (event) => { dragged = card; card.classList.add("dragged"); event.dataTransfer.effectAllowed = "move"; });
  card.addEventListener("dragend", () => { dragged = null; card.classList.remove("dragged"); });
}
for (const column of document.querySelectorAll("[data-status]")) {
  column.addEventListener("dragover", (event) => { if (way(column)) { event.preventDefault(); column.classList.add("over"); } });
  column.addEventListener("dragleave", () => column.classList.remove("over"));
  column.addEventListener("drop", (event) => {
    event.preventDefault();
    column.classList.remove("over");
    const found = way(column);
    if (found instanceof HTMLFormElement) found.requestSubmit(); else found?.click();
  });
}
// A link from the board leads to a folded form: open it.
const folded = document.getElementById(location.hash.slice(1));
if (folded instanceof HTMLDetailsElement) folded.open = true;
