// Autosave: every answer is sent on its own, one at a time per question; what cannot be sent waits in this browser.
const KEY = "opmodel:waiting:";
const forms = [...document.querySelectorAll("form.q[data-save]")];
document.documentElement.classList.add("js");

const words = document.getElementById("words").dataset;
const clock = (iso) => new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: words.zone }).format(new Date(iso));
// The cookie is younger than the page when somebody signed in again in another tab.
const csrf = () => document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/)?.[1] || document.querySelector("[name=csrfmiddlewaretoken]").value;

class Answer {
  constructor(form) {
    this.form = form;
    this.code = form.dataset.code;
    this.url = form.action;
    this.version = Number(form.elements.base_version.value);
    this.busy = false;
    this.next = null;
    this.tries = 0;
    this.unsaved = false; // shown on the page but neither sent nor waiting: leaving would lose it
    this.truth = form.querySelector(".truth");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.changed(); });
    form.addEventListener("change", (event) => { if (event.target.matches("[name=level],[name=status]")) this.picked(event.target); });
    for (const field of form.querySelectorAll("[name=reason],[name=comment]")) {
      field.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.changed(), 600); });
      field.addEventListener("blur", () => { if (this.timer) { clearTimeout(this.timer); this.timer = null; this.changed(); } });
    }
    const waiting = localStorage.getItem(KEY + this.url);
    if (waiting) { this.restore(JSON.parse(waiting)); }
  }
  picked(field) {
    // A level and a special answer exclude each other.
    const other = field.name === "level" ? "status" : "level";
    for (const box of this.form.querySelectorAll(`[name=${other}]`)) box.checked = false;
    if (field.name === "status" && field.value === "na") this.form.elements.reason.focus();
    this.changed();
  }
  value() {
    const level = this.form.querySelector("[name=level]:checked");
    const special = this.form.querySelector("[name=status]:checked");
    return {
      status: level ? "level" : special ? special.value : "open",
      level: level ? Number(level.value) : null,
      reason: this.form.elements.reason ? this.form.elements.reason.value : "",
      comment: this.form.elements.comment.value,
    };
  }
  show(value) {
    for (const box of this.form.querySelectorAll("[name=level]")) box.checked = value.status === "level" && Number(box.value) === value.level;
    for (const box of this.form.querySelectorAll("[name=status]")) box.checked = value.status === box.value;
    if (this.form.elements.reason) this.form.elements.reason.value = value.reason || "";
    this.form.elements.comment.value = value.comment || "";
  }
  restore(entry) { this.show(entry); this.version = entry.base_version; this.next = entry; this.send(); }
  tell(state, text) { this.truth.dataset.state = state; this.truth.textContent = text; }
  changed() {
    const value = this.value();
    this.unsaved = value.status === "na" && !value.reason.trim();
    if (this.unsaved) { this.tell("waiting", words.reason); return; }
    this.next = { ...value, client_key: crypto.randomUUID ? crypto.randomUUID() : String(Math.random()) + Date.now() };
    this.send();
  }
  async send() {
    if (this.busy || !this.next) return;
    this.busy = true;
    const entry = { ...this.next, base_version: this.version };
    this.next = null;
    localStorage.setItem(KEY + this.url, JSON.stringify(entry));
    this.tell("saving", words.saving);
    let reply, body = {};
    try {
      reply = await fetch(this.url, { method: "POST", body: JSON.stringify(entry), headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() } });
    } catch {
      return this.later(entry, words.network);
    }
    try { body = await reply.json(); } catch { /* not from our view: a proxy, or a refused token of a session that is gone */ }
    if (reply.ok && !body.version) return this.later(entry, words.network);
    this.busy = false;
    this.tries = 0;
    if (reply.ok) {
      this.version = body.version;
      if (!this.next) localStorage.removeItem(KEY + this.url);
      this.tell("saved", words.saved.replace("%s", clock(body.saved_at)));
      this.progress(body.progress);
      return this.send();
    }
    if (reply.status === 409 && body.error === "conflict") { localStorage.removeItem(KEY + this.url); return this.conflict(entry, body); }
    // Signed out, or signed in anew in another tab: the answer waits. A fault of ours that repeats must not.
    if (reply.status === 401 || (reply.status === 403 && body.error !== "refused")) return this.later(entry, body.message || words.network);
    if (reply.status > 500 && this.tries < 8) return this.later(entry, body.message || words.network);
    localStorage.removeItem(KEY + this.url);
    this.unsaved = true;
    this.tell("error", `${words.failed} ${body.message || reply.status}`);
  }
  later(entry, text) {
    this.busy = false;
    this.next = this.next || entry;
    this.tell("waiting", text);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.send(), Math.min(30000, 1000 * 2 ** this.tries++));
  }
  conflict(entry, body) {
    const box = document.getElementById("conflict").content.cloneNode(true).firstElementChild;
    const text = (v) => [v.status === "level" ? `${words.level} ${v.level}` : words[v.status] || v.status, v.reason, v.comment].filter(Boolean).join(" · ");
    box.querySelector("[data-mine]").textContent = text(entry);
    box.querySelector("[data-theirs]").textContent = text(body.theirs);
    box.querySelector("[data-who]").textContent = `${body.theirs.saved_by}, ${clock(body.theirs.saved_at)}`;
    this.unsaved = true;
    const decided = () => { box.remove(); this.unsaved = false; (this.form.querySelector(":checked") || this.form.querySelector("[name=level]")).focus(); };
    box.querySelector("[data-keep]").addEventListener("click", () => { decided(); this.version = body.theirs.version; this.next = { ...entry }; delete this.next.base_version; this.send(); });
    box.querySelector("[data-take]").addEventListener("click", () => { this.version = body.theirs.version; this.show(body.theirs); decided(); this.tell("saved", words.saved.replace("%s", clock(body.theirs.saved_at))); });
    this.form.querySelector(".conflict")?.remove();
    this.form.append(box);
    this.tell("error", body.message);
    box.querySelector("button").focus();
  }
  progress(p) {
    const bar = document.getElementById("overall");
    bar.value = p.answered;
    document.getElementById("overall-text").textContent = words.progress.replace("%a", p.answered).replace("%t", p.total);
    const here = document.querySelector(".outline [aria-current] > span");
    if (here) here.textContent = p.dimension_answered === p.dimension_total ? "✓" : `${p.dimension_answered}/${p.dimension_total}`;
  }
}

// Bring the current screen into sight in a long outline.
const outline = document.querySelector(".outline"), here = outline?.querySelector("li[aria-current]");
if (here && outline.scrollHeight > outline.clientHeight) outline.scrollTop = here.offsetTop - outline.clientHeight / 2;

const answers = forms.map((form) => new Answer(form));
addEventListener("online", () => answers.forEach((a) => { a.tries = 0; a.send(); }));
addEventListener("beforeunload", (event) => { if (answers.some((a) => a.busy || a.next || a.unsaved)) event.preventDefault(); });

// Keys 1-5, N, D answer the question in focus; arrows up and down move between questions.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input[type=text], select")) return;
  const at = forms.findIndex((f) => f.contains(document.activeElement));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (at >= 0 || step > 0)) {
    const to = forms[Math.min(forms.length - 1, Math.max(0, at + step))];
    event.preventDefault();
    (to.querySelector("[name=level]:checked") || to.querySelector("[name=level]")).focus();
    to.scrollIntoView({ block: "nearest" });
    return;
  }
  const form = forms[at < 0 ? 0 : at];
  if (!form) return;
  const key = event.key.toLowerCase();
  const box = /^[1-5]$/.test(key) ? form.querySelector(`[name=level][value="${key}"]`) : key === "n" ? form.querySelector("[name=status][value=na]") : key === "d" ? form.querySelector("[name=status][value=dk]") : null;
  if (box && !box.disabled) { event.preventDefault(); box.checked = true; box.focus(); box.dispatchEvent(new Event("change", { bubbles: true })); }
});
