// The service worker: an opened survey goes on without network. VERSION, FILES, OFFLINE, SIGN_OUT come from opmodel.offline.
//
// It keeps our static files, and the pages of a survey that was opened, in a cache named after the person they are for.
// There is never more than one such cache: a page for somebody else deletes it, and so does signing out (offline.js). It
// answers GET of those two kinds, from the network first; for other pages it only stands in when there is no network.
const STATIC = `static:${VERSION}`;
const LEFT = "signed-out"; // exists while somebody has signed out without network and the server does not know it yet
const PAGE = /^\/submissions\/[0-9a-z]+\/dimensions\/\w+\/$/;
const PERSON = "X-OpModel-Person";
const FRESH = 12 * 3600_000; // ms a kept page counts as new; what was answered since then is added by outbox.js
const PATIENCE = 5000; // ms until a kept page is shown instead of one that does not come
const PAUSE = 3000; // ms between pages that are fetched ahead, and 20 times as long as the last one took

self.addEventListener("install", (event) => event.waitUntil((async () => {
  await (await caches.open(STATIC)).addAll([...FILES, OFFLINE]);
  await self.skipWaiting();
})()));
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  if (!(await pages())) await dropOldFiles();
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request, { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(event.request));
  else if (mode === "navigate") event.respondWith(page(event.request, pathname));
});

/** Names with a hash never change; others (development) are asked for first. */
async function file(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept && /\.[0-9a-f]{12}\.\w+$/.test(request.url)) return kept;
  return fetch(request).catch((error) => { if (kept) return kept; throw error; });
}

async function page(request, path) {
  const kept = PAGE.test(path) && (await keptPage(path));
  try {
    await finishSignOut();
    const since = epoch;
    const coming = fetch(request).then((reply) => keep(path, reply, since));
    coming.catch(() => {}); // when it fails after its time
    const reply = kept ? await Promise.race([coming, new Promise((resolve) => setTimeout(resolve, PATIENCE))]) : await coming;
    if (!kept || (reply && reply.status < 500)) return reply;
  } catch { /* no network */ }
  return kept || caches.match(OFFLINE, { ignoreVary: true });
}

/** Put a page of a survey aside, under the person the server made it for; nobody else's stay. */
async function keep(path, reply, since) {
  const person = reply.headers.get(PERSON);
  if (person) await dropPages((name) => name !== `pages:${person}`);
  if (!PAGE.test(path)) return reply;
  if (reply.status === 200 && person && !reply.redirected) {
    const headers = new Headers(reply.headers);
    headers.set("X-Kept-By", VERSION);
    headers.set("X-Kept-At", String(Date.now()));
    const body = await reply.clone().arrayBuffer();
    if (since !== epoch) return reply; // asked for by somebody who signed out since
    await (await caches.open(`pages:${person}`)).put(path, new Response(body, { headers }));
  } else if ([403, 404, 410].includes(reply.status)) {
    await (await pages())?.delete(path);
  }
  return reply;
}

async function pages() {
  const name = (await caches.keys()).find((each) => each.startsWith("pages:"));
  return name && caches.open(name);
}
async function keptPage(path) { return (await pages())?.match(path, { ignoreVary: true }); }
async function dropPages(which) {
  for (const name of await caches.keys()) if (name.startsWith("pages:") && which(name)) await caches.delete(name);
}
async function dropOldFiles() {
  for (const name of await caches.keys()) if (name.startsWith("static:") && name !== STATIC) await caches.delete(name);
}

/** Somebody signed out while there was no network: now the server hears of it, before anything else is asked of it. */
async function finishSignOut() {
  if (!(await caches.has(LEFT))) return;
  const form = await fetch(SIGN_OUT);
  const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(await form.text())?.[1];
  const body = new URLSearchParams({ csrfmiddlewaretoken: token });
  // Who is not signed in is sent away from there, and whoever was is sent away by the reply.
  const done = form.redirected || (await fetch(SIGN_OUT, { method: "POST", body, redirect: "manual" })).type === "opaqueredirect";
  if (!done) throw new Error("still signed in");
  await caches.delete(LEFT);
}

// Fetching ahead, one page at a time: { keep: paths of a survey, hurry: somebody asked for it and waits }.
// Or { forget: true }: somebody signs out; what was asked for before must not be kept when it comes.
let ahead = [], running = null, hurry = false, wake = () => {}, epoch = 0;
self.addEventListener("message", (event) => {
  if (event.data.forget) {
    epoch += 1;
    ahead = [];
    event.waitUntil(dropPages(() => true));
    return;
  }
  const line = self.navigator.connection;
  if (!event.data.hurry && (line?.saveData || /2g/.test(line?.effectiveType || ""))) return;
  hurry ||= event.data.hurry;
  ahead = event.data.keep.filter((path) => PAGE.test(path));
  wake();
  running ||= fetchAhead().finally(() => { running = null; hurry = false; });
  event.waitUntil(running);
});

async function fetchAhead() {
  let wanted;
  while (wanted !== ahead) {
    wanted = ahead;
    let done = 0;
    for (const path of wanted) {
      if (wanted !== ahead) break; // another survey, or in another order
      const kept = await keptPage(path);
      const fresh = kept?.headers.get("X-Kept-By") === VERSION && Date.now() - Number(kept.headers.get("X-Kept-At")) < FRESH;
      if (!fresh && !(await fetchOne(path))) return;
      done += 1;
      await report(wanted, done);
    }
    if (wanted === ahead) await tidy();
  }
}
/** Whether a page came; waits in proportion to the time it took, so that a busy server is left alone. */
async function fetchOne(path) {
  const began = Date.now(), since = epoch;
  const reply = await fetch(path, { priority: "low" }).then((found) => keep(path, found, since)).catch(() => null);
  if (!reply || reply.redirected || reply.status === 429 || reply.status >= 500) return false;
  if (!hurry) await new Promise((resolve) => { wake = resolve; setTimeout(resolve, PAUSE + 20 * (Date.now() - began)); });
  return true;
}
async function report(paths, done) {
  for (const client of await self.clients.matchAll()) client.postMessage({ kept: done, of: paths.length, first: paths[0] });
}
/** Old files may go once no kept page was made with them. */
async function tidy() {
  const cache = await pages();
  const versions = await Promise.all((await cache?.keys() || []).map(async (key) => (await cache.match(key)).headers.get("X-Kept-By")));
  if (versions.every((version) => version === VERSION)) await dropOldFiles();
  await (await caches.open(STATIC)).add(OFFLINE).catch(() => {}); // in the language of whoever is here now
}
