// A running sum beside shares and points, so that nobody has to add in the head.
for (const out of document.querySelectorAll("[data-sum-to]")) {
  const fields = [...document.querySelectorAll("[data-summand]")];
  const show = () => {
    const sum = fields.reduce((total, f) => total + (Number(f.value.replace(",", ".")) || 0), 0);
    out.textContent = out.dataset.text.replace("%s", String(Math.round(sum * 10) / 10));
    out.dataset.right = Math.abs(sum - Number(out.dataset.sumTo)) <= 0.5;
  };
  fields.forEach((f) => f.addEventListener("input", show));
  show();
}

// Facts are saved by a button: leaving with entries that are not saved asks first.
const form = document.querySelector("form.card");
let dirty = false;
form?.addEventListener("input", () => { dirty = true; });
form?.addEventListener("submit", () => { dirty = false; });
addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
const outline = document.querySelector(".outline"), here = outline?.querySelector("li[aria-current]");
if (here && outline.scrollHeight > outline.clientHeight) outline.scrollTop = here.offsetTop - outline.clientHeight / 2;
