// What every page of a member says about answers that wait in this browser, and what happens before somebody leaves:
// nothing is handed in while answers of it wait, nobody signs out unasked while answers would be lost.
import { csrf, outbox } from "./outbox.js";
import { forgetPages, leaveWithoutNetwork } from "./offline.js";

const bar = document.getElementById("outbox"), words = bar.dataset, line = bar.querySelector("[data-line]"), list = bar.querySelector("ul"), signIn = bar.querySelector("[data-sign-in]");
const asking = document.getElementById("leaving");
const here = new Set([...document.querySelectorAll("form[data-save]")].map((form) => new URL(form.action).pathname));
const count = (one, many, n) => (n === 1 ? one : many).replace("%s", n);

function sentence(waiting) {
  if (outbox.trouble === "signed_out" || outbox.trouble === "other_person") return words[outbox.trouble === "signed_out" ? "signedOut" : "otherPerson"];
  if (outbox.volatile) return words.volatile;
  if (waiting.length && outbox.trouble) return count(words.keptOne, words.keptMany, waiting.length);
  const elsewhere = waiting.filter((row) => !here.has(row.url));
  if (elsewhere.length) return count(words.sendingOne, words.sendingMany, elsewhere.length);
  const sent = outbox.sent.filter((row) => !here.has(row.url)).length;
  return sent ? count(words.sentOne, words.sentMany, sent) : "";
}

function draw() {
  const rows = outbox.unsent.filter((row) => row.organisation === document.body.dataset.organisation);
  const waiting = rows.filter((row) => row.state === "waiting");
  const text = sentence(waiting);
  if (line.textContent !== text) line.textContent = text;
  signIn.hidden = !["signed_out", "other_person"].includes(outbox.trouble);
  const open = rows.filter((row) => row.state !== "waiting" && !here.has(row.url)), shown = JSON.stringify(open);
  if (list.dataset.shown !== shown) list.replaceChildren(...open.map(item)); // not without need: focus may be in there
  list.dataset.shown = shown;
  bar.hidden = !text && !list.children.length;
  bar.dataset.state = list.children.length || outbox.trouble || outbox.volatile ? "warn" : "";
}

/** One answer that a person has to look at: where it is, why, and for a refused one what can be done from here. */
function item(row) {
  const li = document.createElement("li"), link = document.createElement("a");
  link.href = `${row.page}#${row.code}`;
  link.textContent = row.code;
  li.append({ conflict: words.conflict, draft: words.draft, refused: `${words.refused} ${row.message || words.gone}` }[row.state], " ", link);
  if (row.state === "refused") li.append(" ", button(words.again, () => outbox.settle(row, row.value, row.base_version)), " ", button(words.drop, () => outbox.drop(row)));
  return li;
}
function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: text });
  made.addEventListener("click", act);
  return made;
}

signIn.href = `${words.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;

/** A page that was kept, or is older than a new sign-in, has an old token; the cookie is always the right one. */
function setToken(form) { form.elements.csrfmiddlewaretoken.value = csrf(); }

/** Ask, when answers would be lost; then forget everything of this person in this browser, and sign out. */
async function signOut(form) {
  await outbox.ready;
  await Promise.race([outbox.now(), new Promise((resolve) => setTimeout(resolve, 1500))]);
  const n = outbox.unsent.length;
  if (n) {
    asking.querySelector("p").textContent = count(words.leaveOne, words.leaveMany, n);
    asking.returnValue = "";
    asking.showModal();
    await new Promise((resolve) => asking.addEventListener("close", resolve, { once: true }));
    if (asking.returnValue !== "leave") return;
  }
  await outbox.forget();
  await forgetPages();
  setToken(form);
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    outbox.leave(words.signIn);
  } catch {
    const address = await leaveWithoutNetwork();
    if (address) outbox.leave(address);
    else line.textContent = words.stay, bar.hidden = false;
  }
}

/** Hand in only when every answer of this survey has arrived. */
async function handIn(form) {
  const mine = () => outbox.unsent.filter((row) => row.page.startsWith(form.dataset.afterAnswers));
  await outbox.ready;
  await outbox.now();
  if (!mine().length) return form.submit();
  line.textContent = count(words.firstOne, words.firstMany, mine().length);
  bar.hidden = false;
  bar.focus();
}

/** Send a form that took long to fill in only when there is somebody to take it: else it stays as it is. */
async function sendSafely(form, submitter) {
  const reply = await fetch(words.here, { headers: { Accept: "application/json", "X-OpModel-Person": document.body.dataset.user } }).catch(() => null);
  if (reply?.ok) {
    setToken(form);
    form.dataset.safe = "";
    form.requestSubmit(submitter);
    delete form.dataset.safe;
    return;
  }
  line.textContent = reply?.status === 401 ? words.typedSignedOut : words.typedKept;
  signIn.hidden = reply?.status !== 401;
  signIn.target = "_blank";
  bar.hidden = false;
  bar.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const act = form.matches("[data-sign-out]") ? signOut : form.matches("[data-after-answers]") ? handIn : form.matches("[data-typed]:not([data-safe])") ? sendSafely : null;
  if (!act) return;
  event.preventDefault();
  event.stopPropagation(); // the form's own scripts hear of it when it is really sent
  act(form, event.submitter);
}, true);
outbox.addEventListener("change", draw);
addEventListener("beforeunload", (event) => { if (outbox.volatile) event.preventDefault(); });

await outbox.ready;
draw();
await outbox.drain();
// What was missing when this list was drawn has arrived since.
const survey = document.querySelector("[data-after-answers]")?.dataset.afterAnswers;
if (survey && outbox.sent.some((row) => row.page.startsWith(survey))) location.reload();
