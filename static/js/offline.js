// The survey goes on without network: registers the service worker and asks it to fetch the other pages of this survey.
const LEFT = "signed-out";
const able = "serviceWorker" in navigator && "caches" in self;

/** Delete the kept pages of whoever leaves. */
export async function forgetPages() {
  if (!able) return;
  (await navigator.serviceWorker.getRegistration())?.active?.postMessage({ forget: true });
  for (const name of await caches.keys()) if (name.startsWith("pages:")) await caches.delete(name);
}

/** Sign out as far as this browser can; the service worker tells the server later. Returns where to go, "" if it cannot. */
export async function leaveWithoutNetwork() {
  if (!able || !navigator.serviceWorker.controller) return "";
  await caches.open(LEFT);
  return "/offline/#signed-out";
}

/** On a page of a survey: `place` says how much of it is kept, and has a button for those who cannot wait. */
async function keepSurvey(place) {
  const paths = [...document.querySelectorAll(".outline a[data-screen]")].map((link) => new URL(link.href).pathname);
  const at = Math.max(0, paths.indexOf(location.pathname));
  const keep = [...paths.slice(at), ...paths.slice(0, at)]; // this page, then what probably comes next
  const text = place.querySelector("[data-text]"), ask = place.querySelector("button");
  const tell = (n) => { text.textContent = n === paths.length ? place.dataset.done : place.dataset.some.replace("%a", n).replace("%t", paths.length); };
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (!paths.includes(data.first)) return;
    ask.hidden = true;
    tell(data.kept);
  });
  navigator.serviceWorker.startMessages();
  ask.addEventListener("click", () => {
    tell(0);
    navigator.storage?.persist?.(); // so that the browser does not clear it to make room
    active.postMessage({ keep, hurry: true });
  });
  place.hidden = false;
  setTimeout(() => active.postMessage({ keep, hurry: false }), 4000);
}

const place = document.getElementById("offline");
if (able && place) keepSurvey(place).catch(() => { place.hidden = true; }); // a browser may forbid it, or have no network now
