// The page that stands in without network lists the pages of surveys that are kept in this browser, in their order.
const place = document.getElementById("kept");
const name = "caches" in self && (await caches.keys()).find((each) => each.startsWith("pages:"));
const cache = name && await caches.open(name);
const kept = new Set(cache ? (await cache.keys()).map((request) => new URL(request.url).pathname) : []);
const surveys = new Map([...kept].map((path) => [path.split("/dimensions/")[0], path]));
const add = (tag, parent, given) => parent.appendChild(Object.assign(document.createElement(tag), given));
for (const path of surveys.values()) {
  const page = new DOMParser().parseFromString(await (await cache.match(path, { ignoreVary: true })).text(), "text/html");
  add("h3", place, { textContent: [...page.querySelectorAll(".outline > strong, .outline > .muted")].map((each) => each.textContent).join(" · ") });
  const list = add("ul", place);
  for (const link of page.querySelectorAll(".outline a[data-screen]")) {
    if (kept.has(link.getAttribute("href"))) add("a", add("li", list), { href: link.getAttribute("href"), textContent: link.textContent });
  }
}
place.hidden = !surveys.size;
