// The other items: a running sum, what is not saved yet, ranks, fill down, and the length of a text.
const root = document.documentElement;
root.classList.add("js");
const form = document.getElementById("item");
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

// A running sum beside shares and points, so that nobody has to add in the head.
for (const out of all("[data-sum-to]")) {
  const fields = all("[data-summand]");
  const show = () => {
    const sum = fields.reduce((total, f) => total + (Number(f.value.replace(",", ".")) || 0), 0);
    out.textContent = out.dataset.text.replace("%s", String(Math.round(sum * 10) / 10));
    out.dataset.right = Math.abs(sum - Number(out.dataset.sumTo)) <= Number(out.dataset.tolerance) + 1e-9;
  };
  fields.forEach((f) => f.addEventListener("input", show));
  show();
}

// Facts are saved by a button: the page says when something is not saved, and leaving then asks first.
const unsaved = document.getElementById("unsaved");
let dirty = Boolean(document.querySelector(".message.bad"));
const touched = () => {
  dirty = true;
  if (unsaved) { unsaved.textContent = unsaved.dataset.unsaved; unsaved.dataset.state = "waiting"; }
};
if (dirty) touched();
form?.addEventListener("input", touched);
form?.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
  else dirty = false;
});
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

// One rank for an option: giving it another one takes the first away.
for (const row of all(".ranking tbody tr")) {
  row.addEventListener("change", (event) => {
    for (const radio of all("input", row)) if (radio !== event.target) radio.checked = false;
  });
}

// An empty cell takes the value above it, all the way down.
for (const button of all("[data-fill]")) {
  button.addEventListener("click", () => {
    const cells = all(`td[data-key="${button.closest("th").dataset.key}"] select`);
    let value = "";
    for (const cell of cells) {
      if (cell.value) value = cell.value;
      else if (value) { cell.value = value; touched(); }
    }
  });
}

for (const text of all("textarea[data-count]")) {
  const out = document.getElementById("c-text");
  const show = () => { out.textContent = text.dataset.count.replace("%s", text.value.length).replace("%m", text.maxLength); };
  text.addEventListener("input", show);
  show();
}

const outline = document.querySelector(".outline"), here = outline?.querySelector("li[aria-current]");
if (here && outline.scrollHeight > outline.clientHeight) outline.scrollTop = here.offsetTop - outline.clientHeight / 2;
