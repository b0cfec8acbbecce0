// Answers on their way: written to this browser first, then sent one after the other, and kept until the server has said yes
// or a person has decided. Loaded on every page of a member, so that what waits is sent from wherever one signs in.
import { Store } from "./store.js";

const { user, organisation } = document.body.dataset;
const PATIENCE = 10_000; // ms until a request counts as lost; its repetition is harmless (client_key)
const MONTH = 30 * 24 * 3600_000;

const newKey = () => crypto.randomUUID?.() || Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
// The cookie is younger than the page when somebody signed in again in another tab.
export const csrf = () => document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/)?.[1] || document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

// The rules of the queue: pure functions from rows to rows. A row is one answer of one question (`url`) and is in one state:
//   waiting   to be sent; `tried` once a request for it may have reached the server
//   draft     not valid yet, for example not applicable without a reason
//   conflict  somebody else's answer, `theirs`, is newer: a person decides
//   refused   the server said no, with `message`: a person decides
//   saved     the server said yes: newer than a page that was kept from before
// At most one row of a question waits behind one whose fate is unknown; its `base_version` is null until that is known.
const of = (rows, url) => rows.filter((row) => row.url === url && row.state !== "saved");
const sameAnswer = (a, b) => a.status === b.status && (a.level ?? null) === (b.level ?? null) && (a.reason || "").trim() === (b.reason || "") && (a.comment || "").trim() === (b.comment || "");
const replace = (rows, old, row) => rows.map((other) => (other === old ? row : other));

function added(rows, row) {
  const before = of(rows, row.url).at(-1);
  if (before?.state === "conflict") return replace(rows, before, { ...before, value: row.value, at: row.at });
  const seq = Math.max(0, ...rows.map((other) => other.seq)) + 1;
  const seen = rows.find((other) => other.url === row.url && other.state === "saved")?.version || 0;
  if (!before) return [...rows, { ...row, seq, base_version: Math.max(seen, row.base_version) }];
  if (before.state === "waiting" && before.tried) return [...rows, { ...row, seq, base_version: null }];
  return [...rows.filter((other) => other !== before), { ...row, seq, base_version: before.base_version }];
}

function acknowledged(rows, sent, reply) {
  const saved = { ...sent, state: "saved", version: reply.version, saved_at: reply.saved_at, saved_by: reply.saved_by, progress: reply.progress };
  return rows
    .filter((row) => row.client_key !== sent.client_key && !(row.url === sent.url && row.state === "saved"))
    .map((row) => (row.url === sent.url && row.base_version === null ? { ...row, base_version: reply.version } : row))
    .concat(saved);
}

function conflicted(rows, sent, theirs) {
  const last = of(rows, sent.url).at(-1) || sent;
  if (sameAnswer(last.value, theirs)) return acknowledged(rows.filter((row) => !of(rows, sent.url).includes(row)), last, theirs);
  return rows.filter((row) => !of(rows, sent.url).includes(row) || row === last)
    .map((row) => (row === last ? { ...last, state: "conflict", theirs, base_version: theirs.version } : row));
}

const changedRow = (rows, key, change) => rows.map((row) => (row.client_key === key ? { ...row, ...change } : row));

class Outbox extends EventTarget {
  constructor() {
    super();
    this.store = new Store(user);
    this.rows = []; // as last seen; every change reads them anew
    this.sending = null; // client_key of the answer under way in this tab
    this.trouble = null; // why nothing can be sent at present: network, server, signed_out, other_person
    this.tries = 0;
    this.sent = []; // what this page has sent so far
    this.channel = new BroadcastChannel("opmodel");
    this.channel.onmessage = ({ data }) => {
      if (data.user !== user) return;
      if (data.left) location.replace(data.left);
      else this.reread(data.url);
    };
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => this.now());
    addEventListener("pageshow", (event) => event.persisted && this.now());
    this.ready = this.change((rows) => rows.filter((row) => row.state !== "saved" || Date.now() - row.at < MONTH));
  }
  get unsent() { return this.rows.filter((row) => row.state !== "saved"); }
  get volatile() { return this.unsent.some((row) => row.volatile); }
  /** The answer of a question that is on its way or waits for a decision; the newest of them. */
  waiting(url) { return of(this.rows, url).at(-1); }
  saved(url) { return this.rows.find((row) => row.url === url && row.state === "saved"); }

  async change(rule, url = "") {
    this.rows = await this.store.change(rule);
    this.channel.postMessage({ user, url });
    this.tell(url, false);
  }
  async reread(url) {
    this.rows = await this.store.change((rows) => rows);
    this.tell(url, true);
  }
  tell(url, elsewhere) { this.dispatchEvent(new CustomEvent("change", { detail: { url, elsewhere } })); }

  /** Keep an answer, then send it, not before `delay` ms have passed without another change of it. */
  async put({ url, page, code, value, base_version, draft = false, delay = 0 }) {
    const at = Date.now();
    const state = draft ? "draft" : "waiting";
    const row = { user, organisation, url, page, code, value, base_version, at, after: at + delay, state, tried: false, client_key: newKey() };
    await this.change((rows) => added(rows, row), url);
    this.drain();
  }
  /** Settle a conflict or a refusal: send `value` on top of `base_version`. */
  async settle(row, value, base_version, draft = false) {
    const fresh = { value, base_version, state: draft ? "draft" : "waiting", tried: false, after: 0, theirs: undefined, message: undefined, client_key: newKey() };
    await this.change((rows) => changedRow(rows, row.client_key, fresh), row.url);
    this.drain();
  }
  /** Give an answer up; `theirs` is what stands instead, if that is known. */
  async drop(row, theirs) {
    await this.change((rows) => {
      const left = rows.filter((other) => other.client_key !== row.client_key);
      return theirs ? acknowledged(left, { ...row, value: theirs }, theirs) : left;
    }, row.url);
  }
  async forget() { await this.change(() => []); }
  /** Forget what was saved as far as the page shows it already. */
  async shown(url, version) {
    if (this.saved(url)?.version <= version) await this.change((rows) => rows.filter((row) => row.url !== url || row.state !== "saved" || row.version > version));
  }
  /** All tabs of this person leave for `address`. */
  leave(address) { this.channel.postMessage({ user, left: address }); location.replace(address); }

  now() { this.tries = 0; return this.drain(true); }
  /** Send what can be sent, in order; one tab at a time. Resolves when nothing more can be sent now. */
  drain(hurry = false) {
    this.hurry ||= hurry;
    if (this.running) { this.again = true; return this.running; }
    const work = () => this.sendAll();
    const locked = navigator.locks ? navigator.locks.request(`opmodel:${user}`, work) : work();
    this.running = locked.finally(() => {
      this.running = null;
      if (this.again) { this.again = false; return this.drain(); }
    });
    return this.running;
  }
  async sendAll() {
    const hurry = this.hurry || document.visibilityState === "hidden"; // a page that is left waits for no further key
    this.hurry = false;
    this.again = false;
    const faulty = new Set();
    for (;;) {
      this.rows = await this.store.change((rows) => rows);
      const due = this.rows.filter((row) => row.state === "waiting" && row.base_version !== null && row.organisation === organisation && !faulty.has(row.url));
      const next = due.find((row) => hurry || row.after <= Date.now() || row.after > Date.now() + 5000);
      if (!next) {
        if (due.length) this.later(Math.min(...due.map((row) => row.after)) - Date.now());
        if (!faulty.size) this.trouble = null;
        this.tell("", false);
        return;
      }
      const fate = await this.send(next);
      if (fate === "server") faulty.add(next.url);
      else if (fate) break;
    }
  }
  /** Send one answer; returns what keeps the others from being sent, or nothing. */
  async send(row) {
    this.sending = row.client_key;
    await this.change((rows) => changedRow(rows, row.client_key, { tried: true }), row.url);
    let reply, body = {};
    try {
      reply = await fetch(row.url, {
        method: "POST", keepalive: true, redirect: "error", signal: AbortSignal.timeout(PATIENCE),
        body: JSON.stringify({ ...row.value, client_key: row.client_key, base_version: row.base_version }),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf(), "X-OpModel-Person": user },
      });
      body = await reply.json().catch(() => ({})); // not from our view: a proxy, or a page of an error
    } catch { /* no network */ }
    this.sending = null;
    const status = reply?.status;
    const signedOut = status === 401 || (status === 403 && body.error !== "refused");
    if (!reply || (reply.ok && !body.version)) return this.stuck("network");
    if (signedOut) return this.stuck(body.error === "other_person" ? "other_person" : "signed_out");
    if (status >= 500 || status === 429) return this.stuck("server");
    this.trouble = null;
    this.tries = 0;
    const outcome = reply.ok ? (rows) => acknowledged(rows, row, body)
      : status === 409 && body.error === "conflict" ? (rows) => conflicted(rows, row, body.theirs)
      : (rows) => changedRow(rows, row.client_key, { state: "refused", tried: false, message: body.message || "" });
    if (reply.ok) this.sent.push(row);
    await this.change(outcome, row.url);
  }
  stuck(trouble) {
    this.trouble = trouble;
    this.later(Math.min(30_000, 1000 * 2 ** this.tries++));
    this.tell("", false);
    return trouble;
  }
  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drain(), Math.max(0, delay));
  }
}

export const outbox = new Outbox();
