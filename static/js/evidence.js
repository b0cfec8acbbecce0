// Evidence at a question: sent in the background with its progress; the block is drawn anew by the server.
// Without this script the same forms work as pages.

// The cookie is younger than the page when somebody signed in again in another tab.
const csrf = (form) => document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/)?.[1] || form.elements.csrfmiddlewaretoken.value;

function refuse(form, text, field) {
  const error = form.querySelector(".error");
  if (!error) return say(form.closest("[data-evidence]"), text, "error"); // a form of one button
  error.textContent = text;
  error.hidden = false;
  const input = form.elements[field];
  if (input?.setAttribute) { input.setAttribute("aria-invalid", "true"); input.focus(); }
}

function say(block, text, state) {
  const status = block.querySelector("[role=status]");
  status.textContent = text;
  status.dataset.state = state;
}

function clear(form) {
  const error = form.querySelector(".error");
  if (error) { error.textContent = ""; error.hidden = true; }
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

function tooLarge(form, block) {
  const file = form.elements.file?.files?.[0];
  return Boolean(file) && file.size > Number(block.dataset.most);
}

function redraw(block, body) {
  const page = new DOMParser().parseFromString(body.html, "text/html");
  const details = page.querySelector("details");
  details.open = true;
  block.querySelector("details").replaceWith(details);
  say(block, body.message, "saved");
  details.querySelector("summary").focus({ preventScroll: true });
}

function send(form, block) {
  const words = block.dataset, request = new XMLHttpRequest(), bar = form.querySelector("progress");
  const button = form.querySelector("button");
  const done = () => { delete block.dataset.busy; button.disabled = false; if (bar) { bar.hidden = true; bar.value = 0; } };
  block.dataset.busy = "";
  button.disabled = true;
  request.open("POST", form.action);
  request.responseType = "text";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", csrf(form));
  if (bar && form.elements.file?.files.length) {
    bar.hidden = false;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.floor((event.loaded / event.total) * 100);
      say(block, bar.value < 100 ? words.sending.replace("%s", bar.value) : words.checking, "waiting");
    });
  }
  request.addEventListener("load", () => {
    done();
    let body = {};
    try { body = JSON.parse(request.responseText); } catch { /* not from our view: a proxy, or a page of an error */ }
    if (request.status === 200 && body.html) return redraw(block, body);
    say(block, "", "open");
    refuse(form, body.message || (request.status === 413 ? words.tooLarge : words.failed), body.field);
  });
  request.addEventListener("error", () => { done(); say(block, "", "open"); refuse(form, words.network); });
  request.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  const form = event.target, block = form.closest("[data-evidence]");
  if (!block) return;
  event.preventDefault();
  if ("busy" in block.dataset) return;
  clear(form);
  if (tooLarge(form, block)) return refuse(form, block.dataset.tooLarge, "file");
  if (!navigator.onLine) return refuse(form, block.dataset.network);
  send(form, block);
});

// A file that is too large is said at once, not after the form is filled.
document.addEventListener("change", (event) => {
  const block = event.target.closest("[data-evidence]"), form = event.target.form;
  if (!block || event.target.type !== "file") return;
  clear(form);
  if (tooLarge(form, block)) refuse(form, block.dataset.tooLarge, "file");
});

// Keys here belong to the fields of this block; they must not answer a question.
document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("[data-evidence]") && /^([1-5nd]|Arrow(Up|Down))$/i.test(event.key)) event.stopPropagation();
}, true);
