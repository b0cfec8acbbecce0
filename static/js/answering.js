// The page of one dimension: every change goes to the outbox at once, and every question says truthfully where its answer is.
import { outbox } from "./outbox.js";

document.documentElement.classList.add("js");
const words = document.getElementById("words").dataset;
const forms = [...document.querySelectorAll("form.q[data-save]")];
const TYPING = 600; // ms without a key until a text is sent

const { lang } = document.documentElement; // our English writes the day before the month
const time = (options) => new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { ...options, timeZone: words.zone });
const clock = (iso) => time({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));
const day = (iso) => time({ day: "numeric", month: "short" }).format(new Date(iso));
const moment = (iso) => (day(iso) === day(Date.now()) ? clock(iso) : `${day(iso)}, ${clock(iso)}`);
const template = (id) => document.getElementById(id).content.cloneNode(true).firstElementChild;

// One polite voice for the page: it says the last thing that happened, once it is quiet.
const voice = document.getElementById("voice");
let speaking;
const say = (text) => { clearTimeout(speaking); speaking = setTimeout(() => { voice.textContent = text; }, 800); };

class Answer {
  constructor(form) {
    this.form = form;
    this.code = form.dataset.code;
    this.url = new URL(form.action).pathname;
    this.version = Number(form.elements.base_version.value);
    this.truth = form.querySelector(".truth");
    this.fresh = null; // a change that is not yet in the outbox
    this.begun = false; // before that it does not know which version it shows
    this.early = this.touched(); // on a slow network people answer before this script is here
    form.addEventListener("submit", (event) => { event.preventDefault(); this.changed(0); });
    form.addEventListener("change", (event) => { if (event.target.matches("[name=level],[name=status]")) this.picked(event.target); });
    form.addEventListener("input", (event) => { if (event.target.matches("[name=reason],[name=comment]")) this.changed(TYPING); });
    form.querySelector("[data-confirm]")?.addEventListener("click", (event) => { event.preventDefault(); this.confirm(); });
    form.querySelector("[name=clear]")?.addEventListener("click", (event) => { event.preventDefault(); this.clear(); });
    outbox.addEventListener("change", ({ detail }) => { if (!detail.url || detail.url === this.url) this.refresh(detail.elsewhere); });
  }
  /** What waits in this browser, or was saved after this page was made, stands above what the page says. */
  async begin() {
    const saved = outbox.saved(this.url);
    if (saved?.version <= this.version) await outbox.shown(this.url, this.version);
    this.begun = true;
    this.refresh(true);
    if (!this.early) return;
    this.show(this.early);
    this.changed(0);
  }
  /** What a person has changed since the page was made, or null. The forms forbid the browser to restore an older state. */
  touched() {
    const names = ["level", "status", "reason", "comment"];
    const fields = [...this.form.elements].filter((f) => names.includes(f.name) && (f.type === "radio" ? f.checked && !f.defaultChecked : f.value !== f.defaultValue));
    const picked = fields.findLast((f) => f.type === "radio");
    if (picked) this.exclude(picked.name);
    return fields.length ? this.value() : null;
  }
  picked(field) {
    this.exclude(field.name);
    if (field.value === "na") this.form.elements.reason.focus();
    this.changed(0);
  }
  /** A level and a special answer exclude each other: the other one of what was picked goes. */
  exclude(picked) {
    const other = picked === "level" ? "status" : "level";
    for (const box of this.form.querySelectorAll(`[name=${other}]`)) box.checked = false;
  }
  /** Take over what the last survey offers, as it is. */
  async confirm() {
    const { status, level, reason, comment } = this.form.querySelector("[data-confirm]").dataset;
    const value = { status, level: level ? Number(level) : null, reason, comment };
    this.show(value);
    this.focus();
    await this.changed(0, { ...value, confirm: true });
  }
  clear() {
    for (const box of this.form.querySelectorAll("[name=level],[name=status]")) box.checked = false;
    this.changed(0);
    this.focus();
  }
  focus() { (this.form.querySelector("[name=level]:checked") || this.form.querySelector("[name=level]")).focus(); }
  value() {
    const level = this.form.querySelector("[name=level]:checked"), special = this.form.querySelector("[name=status]:checked");
    return {
      status: level ? "level" : special ? special.value : "open",
      level: level ? Number(level.value) : null,
      reason: this.form.elements.reason.value,
      comment: this.form.elements.comment.value,
    };
  }
  show(value) {
    for (const box of this.form.querySelectorAll("[name=level]")) box.checked = value.status === "level" && Number(box.value) === value.level;
    for (const box of this.form.querySelectorAll("[name=status]")) box.checked = value.status === box.value;
    for (const name of ["reason", "comment"]) {
      const field = this.form.elements[name];
      if (field.value !== (value[name] || "")) field.value = value[name] || "";
    }
    if (value.comment) this.form.elements.comment.closest("details").open = true;
  }
  async changed(delay, value = this.value()) {
    this.fresh = { value, delay };
    this.early = null;
    this.tell("saving", words.saving);
    if (this.writing) return;
    this.writing = true;
    while (this.fresh) {
      const { fresh } = this;
      this.fresh = null;
      await outbox.put({ ...fresh, url: this.url, page: location.pathname, code: this.code, base_version: this.version, draft: unfinished(fresh.value) });
    }
    this.writing = false;
    this.refresh(false);
  }
  tell(state, text) {
    if (this.truth.dataset.state === state && this.truth.textContent === text) return;
    this.truth.dataset.state = state;
    this.truth.textContent = text;
    if (state !== "saving") say(`${this.code}: ${text}`);
  }
  /** Draw what the outbox knows of this question; the value too when it comes from elsewhere. */
  refresh(elsewhere) {
    if (this.writing || !this.begun) return;
    const row = outbox.waiting(this.url), saved = outbox.saved(this.url);
    if (saved?.version > this.version) {
      this.version = saved.version;
      if (!row && elsewhere) this.show(saved.value);
      if (!row) this.tell("saved", words.saved.replace("%s", moment(saved.saved_at)));
      progress(saved);
    }
    if (row && elsewhere) this.show(row.value);
    if (row?.state === "waiting") this.tell(...(outbox.trouble ? ["waiting", words[outbox.trouble]] : ["saving", words.saving]));
    if (row?.state === "draft") this.tell("waiting", words.reason);
    this.drawRefusal(row?.state === "refused" ? row : null);
    this.drawConflict(row?.state === "conflict" ? row : null);
  }
  drawRefusal(row) {
    this.form.querySelector(".refused")?.remove();
    if (!row) return;
    const box = template("refused");
    box.querySelector("[data-again]").addEventListener("click", () => outbox.settle(row, row.value, row.base_version, unfinished(row.value)));
    box.querySelector("[data-drop]").addEventListener("click", async () => { await outbox.drop(row); location.reload(); });
    this.form.querySelector(".foot").after(box);
    this.tell("error", `${words.failed} ${row.message || words.gone}`);
  }
  drawConflict(row) {
    const old = this.form.querySelector(".conflict");
    if (!row || old?.dataset.key !== JSON.stringify([row.value, row.theirs])) old?.remove();
    if (!row || old?.isConnected) return;
    const { value: mine, theirs } = row, box = template("conflict");
    box.dataset.key = JSON.stringify([mine, theirs]);
    const title = Object.assign(box.querySelector("h3"), { id: `conflict-${this.code}` });
    box.setAttribute("aria-labelledby", title.id);
    const fill = (side, value) => {
      box.querySelector(`[data-${side}]`).textContent = this.inWords(value);
      box.querySelector(`[data-${side}-comment]`).textContent = value.comment;
    };
    fill("mine", mine);
    fill("theirs", theirs);
    box.querySelector("[data-who]").textContent = `${theirs.saved_by}, ${moment(theirs.saved_at)}`;
    const both = box.querySelector("[data-both]"), together = [mine.comment, theirs.comment].join("\n\n");
    const two = mine.comment.trim() && theirs.comment && mine.comment.trim() !== theirs.comment;
    both.closest("label").hidden = !two || together.length > this.form.elements.comment.maxLength;
    const merged = (value) => (both.checked ? { ...value, comment: together } : value);
    box.querySelector("[data-keep]").addEventListener("click", () => this.decide(row, merged(mine), theirs, both.checked ? "" : theirs.comment));
    box.querySelector("[data-take]").addEventListener("click", () => this.decide(row, merged(plain(theirs)), theirs, both.checked ? "" : mine.comment));
    this.form.querySelector(".foot").after(box);
    this.tell("error", words.conflict);
    // Whoever is busy with this question is led to the choice; nobody is pulled away from another one.
    const focused = document.activeElement;
    if (this.form.contains(focused) && !focused.matches("textarea, input[type=text]")) title.focus();
  }
  async decide(row, value, theirs, dropped) {
    this.show(value);
    const same = JSON.stringify(value) === JSON.stringify(plain(theirs));
    await (same ? outbox.drop(row, theirs) : outbox.settle(row, value, theirs.version, unfinished(value)));
    this.form.querySelector(".left")?.remove();
    if (dropped?.trim() && dropped.trim() !== value.comment.trim()) {
      const note = template("left");
      note.querySelector("blockquote").textContent = dropped;
      this.form.querySelector(".foot").after(note);
    }
    this.focus();
  }
  inWords(value) {
    if (value.status !== "level") return [words[value.status], value.reason].filter(Boolean).join(": ");
    return `${words.level} ${value.level}: ${this.form.querySelector(`[name=level][value="${value.level}"]`).closest(".rung").querySelector(".anchor").textContent}`;
  }
}

const unfinished = (value) => value.status === "na" && !value.reason.trim();
const plain = ({ status, level, reason, comment }) => ({ status, level, reason, comment });

/** The newest count of what is answered, also on a page that was kept from before. */
let counted = Date.parse(words.made);
function progress({ progress: p, page, saved_at: at }) {
  if (!p || Date.parse(at) < counted) return;
  counted = Date.parse(at);
  document.getElementById("overall").value = p.answered;
  document.getElementById("overall-text").textContent = words.progress.replace("%a", p.answered).replace("%t", p.total);
  const entry = document.querySelector(`.outline a[href="${page}"]`)?.nextElementSibling;
  if (entry) entry.textContent = p.dimension_answered === p.dimension_total ? "✓" : `${p.dimension_answered}/${p.dimension_total}`;
}

// Bring the current screen into sight in a long outline.
const outline = document.querySelector(".outline"), here = outline?.querySelector("li[aria-current]");
if (here && outline.scrollHeight > outline.clientHeight) outline.scrollTop = here.offsetTop - outline.clientHeight / 2;

const answers = forms.map((form) => new Answer(form));
const offers = document.getElementById("offers");
offers?.addEventListener("submit", async (event) => {
  event.preventDefault();
  offers.hidden = true;
  for (const answer of answers) if (answer.value().status === "open" && answer.form.querySelector("[data-confirm]")) await answer.confirm();
});
addEventListener("beforeunload", (event) => { if (answers.some((answer) => answer.writing)) event.preventDefault(); });

// Single keys answer the question in focus, and only there; the arrows up and down go from question to question.
const keys = document.getElementById("keys");
const PRESS = { n: "[name=status][value=na]", d: "[name=status][value=dk]", c: "[data-confirm]" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, select, dialog, input:not([type=radio], [type=checkbox])")) return;
  const at = forms.findIndex((form) => form.contains(document.activeElement)), form = forms[at];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (form || step > 0) && forms.length) {
    event.preventDefault();
    answers[Math.min(forms.length - 1, Math.max(0, at + step))].focus();
    return;
  }
  if (!form) return;
  const key = event.key.toLowerCase();
  const target = /^[1-5]$/.test(key) ? form.querySelector(`[name=level][value="${key}"]`) : PRESS[key] && form.querySelector(PRESS[key]);
  if (target && !target.disabled) {
    event.preventDefault();
    target.focus();
    target.click();
  } else if (key === "e") {
    event.preventDefault();
    form.elements.comment.closest("details").open = true;
    form.elements.comment.focus();
  } else if (key === "?") {
    event.preventDefault();
    keys.togglePopover();
  }
});

await outbox.ready;
for (const row of outbox.rows) if (row.state === "saved" && row.page.startsWith(words.survey)) progress(row);
for (const answer of answers) await answer.begin();
