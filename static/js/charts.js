// Draw the figures a page carries as JSON. Colours are names of design tokens ("--ink"): resolved here, for light and dark.
const probe = document.createElement("span");
probe.hidden = true;

function token(name) {
  probe.className = "";
  probe.style.setProperty("color", `var(${name})`);
  return getComputedStyle(probe).color;
}

function resolve(value) {
  if (typeof value === "string") return value.startsWith("--") ? token(value) : value;
  if (Array.isArray(value)) return value.map(resolve);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolve(v)]));
  return value;
}

function draw(place) {
  const figure = resolve(JSON.parse(document.getElementById(place.dataset.figure).textContent));
  const narrow = place.clientWidth < 560;
  const { narrow: small = {}, ...own } = figure.layout; // what a figure changes on a phone
  const layout = {
    ...own,
    ...(narrow ? small : {}),
    separators: separators(),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 14, color: token("--ink") },
    hoverlabel: { bgcolor: token("--card"), bordercolor: token("--edge"), font: { color: token("--ink") } },
    margin: { l: 8, r: 8, t: 76, b: 8, ...own.margin },
  };
  if (narrow && layout.yaxis?.categoryarray) {
    const ticks = layout.yaxis.categoryarray;
    layout.yaxis = { ...layout.yaxis, tickvals: ticks, ticktext: ticks.map((t) => wrap(t, 20)) };
    layout.height *= 1.5;
  }
  window.Plotly.react(place, figure.data, layout, { displayModeBar: false, responsive: true });
}

// The decimal and thousands marks of the page's language, as Plotly wants them.
function separators() {
  const parts = new Intl.NumberFormat(document.documentElement.lang).formatToParts(12345.6);
  const of = (type) => parts.find((p) => p.type === type)?.value ?? " ";
  return of("decimal") + of("group");
}

function wrap(text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.join("<br>");
}

function drawAll() {
  document.body.append(probe);
  for (const place of document.querySelectorAll("[data-figure]")) draw(place);
  probe.remove();
}

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
