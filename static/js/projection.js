// Dragging an action into one of the two lists ticks or unticks its box; the box alone does the same, by mouse and by keyboard.
let dragged = null;
const form = document.querySelector("[data-choice]");
for (const row of form.querySelectorAll("[data-pick]")) {
  row.draggable = true;
  row.addEventListener("dragstart", (event) => {
    dragged = row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.textContent.trim());
    row.classList.add("dragged");
  });
  row.addEventListener("dragend", () => { dragged = null; row.classList.remove("dragged"); });
}
for (const zone of form.querySelectorAll("[data-zone]")) {
  const inside = zone.dataset.zone === "in";
  zone.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", (event) => { if (!zone.contains(event.relatedTarget)) zone.classList.remove("over"); });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const row = dragged;
    if (!row) return;
    const home = inside ? zone.querySelector("[data-rows]") : zone.querySelector(`[data-rows="${row.dataset.pick}"]`);
    home.append(row);
    const group = home.closest("details");
    if (group) { group.hidden = false; group.open = true; }
    const box = row.querySelector("input");
    if (box.checked !== inside) {
      box.checked = inside;
      box.dispatchEvent(new Event("change", { bubbles: true })); // htmx listens to the form
    }
  });
}
