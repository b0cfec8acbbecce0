// The box of a whole dimension and the boxes of its questions say the same. Without scripts both kinds count.
for (const give of document.querySelectorAll(".give")) {
  const whole = give.querySelector("[data-group]"), single = [...give.querySelectorAll("li input")];
  if (!whole) continue;
  const follow = () => {
    const n = single.filter((box) => box.checked).length;
    whole.checked = n > 0 && n === single.length;
    whole.indeterminate = n > 0 && n < single.length;
  };
  whole.addEventListener("change", () => single.forEach((box) => { box.checked = whole.checked; }));
  single.forEach((box) => box.addEventListener("change", follow));
  if (whole.checked) single.forEach((box) => { box.checked = true; });
  follow();
}
