// A register as an editable table: add, remove, duplicate, sort, paste cells from a spreadsheet. Saving stays the
// form's: rows are posted in the order of the page.
const table = document.getElementById("register");
const template = document.getElementById("row");
if (table && template) {
  const body = table.tBodies[0];
  const add = document.getElementById("add-row"), said = document.getElementById("said"), undo = document.getElementById("undo");
  const most = Number(table.dataset.most);
  const keys = [...table.tHead.querySelectorAll("th[data-key]")].map((th) => th.dataset.key);
  let last = body.rows.length; // the highest number a row ever had: names and ids stay unique

  const controls = (row) => [...row.querySelectorAll("td[data-key] > :is(input, select)")];
  const filled = (row) => controls(row).some((c) => c.value !== "");
  const tell = (...texts) => { said.textContent = texts.filter(Boolean).join(" "); };
  const changed = () => {
    [...body.rows].forEach((row, i) => { row.querySelector(".n").textContent = i + 1; });
    add.disabled = body.rows.length >= most;
    table.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const unflag = (row) => row.querySelectorAll(".flag").forEach((flag) => flag.remove()); // they spoke of what was saved

  const fresh = () => {
    const row = template.content.firstElementChild.cloneNode(true), n = String(++last);
    for (const el of row.querySelectorAll("[id], [name], [aria-labelledby], [aria-describedby]")) {
      for (const name of ["id", "name", "aria-labelledby", "aria-describedby"]) {
        const value = el.getAttribute(name);
        if (value) el.setAttribute(name, value.replace(/\b(row-|r-|f-)0(?=[-. ]|$)/g, `$1${n}`));
      }
    }
    return row;
  };
  const insert = (row, before = null) => { body.insertBefore(row, before); return row; };
  const first = (row) => controls(row)[0]?.focus();

  // On a phone every row is a card: one empty card is enough.
  const narrow = matchMedia("(max-width: 700px)").matches, end = () => [...body.rows].slice(-2);
  while (narrow && body.rows.length > 1 && !end().some(filled)) body.rows[body.rows.length - 1].remove();
  add.disabled = body.rows.length >= most;

  add.addEventListener("click", (event) => {
    event.preventDefault();
    if (body.rows.length >= most) return;
    first(insert(fresh()));
    changed();
  });

  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (event.target.closest("[data-copy]")) {
      if (body.rows.length >= most) return;
      const copy = insert(fresh(), row.nextElementSibling), from = controls(row);
      controls(copy).forEach((control, i) => { control.value = from[i].value; });
      changed();
      first(copy);
    } else if (event.target.closest("[data-remove]")) {
      const next = row.nextElementSibling, place = row.rowIndex;
      row.remove();
      if (!body.rows.length) insert(fresh());
      changed();
      first(next ?? body.rows[body.rows.length - 1]);
      tell(table.dataset.removed.replace("%s", place));
      undo.hidden = false;
      undo.onclick = () => {
        insert(row, next?.isConnected ? next : null);
        changed();
        undo.hidden = true;
        tell();
        first(row);
      };
    }
  });
  body.addEventListener("input", (event) => {
    unflag(event.target.closest("tr"));
    clearMark(event.target);
  });

  // Sorting: empty rows stay at the end; options in the order of their list, numbers as numbers.
  const weight = (control, kind) => {
    if (control.tagName === "SELECT") return control.selectedIndex;
    if (kind === "text" || kind === "date") return control.value.toLocaleLowerCase();
    return Number(control.value.replace(/[^\d.,-]/g, "").replace(",", "."));
  };
  for (const button of table.tHead.querySelectorAll("button.sort")) {
    button.addEventListener("click", () => {
      const th = button.closest("th"), up = th.getAttribute("aria-sort") !== "ascending";
      const at = keys.indexOf(th.dataset.key), kind = th.dataset.kind;
      const value = (row) => controls(row)[at];
      const rows = [...body.rows].sort((a, b) => {
        const x = value(a), y = value(b);
        if (!x.value || !y.value) return Number(!x.value) - Number(!y.value) || Number(!filled(a)) - Number(!filled(b));
        const p = weight(x, kind), q = weight(y, kind);
        const order = typeof p === "string" ? p.localeCompare(q) : p - q;
        return up ? order : -order;
      });
      body.append(...rows);
      table.tHead.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      tell(table.dataset.sorted.replace("%s", th.querySelector("span").textContent));
      changed();
    });
  }

  // Cells of a spreadsheet: tabs between columns, line breaks between rows, quotes around cells that hold either.
  const parse = (text) => {
    const rows = [[]];
    let cell = "", quoted = false;
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (quoted) {
        if (c === '"' && text[i + 1] === '"') { cell += '"'; i++; }
        else if (c === '"') quoted = false;
        else cell += c;
      } else if (c === '"' && cell === "") quoted = true;
      else if (c === "\t" || c === "\n") {
        rows[rows.length - 1].push(cell.trim());
        cell = "";
        if (c === "\n") rows.push([]);
      } else if (c !== "\r") cell += c;
    }
    rows[rows.length - 1].push(cell.trim());
    while (rows.length && rows[rows.length - 1].every((value) => value === "")) rows.pop();
    return rows;
  };
  const same = (a, b) => a.toLocaleLowerCase() === b.toLocaleLowerCase();
  const day = (text) => {
    const found = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
    return found ? `${found[3]}-${found[2].padStart(2, "0")}-${found[1].padStart(2, "0")}` : text;
  };
  const mark = (control, text) => {
    clearMark(control);
    const note = document.createElement("p");
    note.className = "error";
    note.id = `${control.id}-strange`;
    note.textContent = text;
    control.after(note);
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", note.id);
  };
  function clearMark(control) {
    if (!control.hasAttribute("aria-invalid")) return;
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
    control.parentElement.querySelector(".error")?.remove();
  }
  // Puts a text into a cell; false when the cell cannot hold it.
  const put = (control, text) => {
    clearMark(control);
    const kind = control.closest("td").dataset.kind;
    if (control.tagName === "SELECT") {
      const option = [...control.options].find((o) => text !== "" && (same(o.value, text) || same(o.text, text) || same(o.text.replace(/^\d · /, ""), text)));
      if (text === "" || option) { control.value = option?.value ?? ""; return true; }
      control.add(new Option(text, text, false, true)); // stays in sight until it is mended; a save would refuse it
      mark(control, table.dataset.notOffered.replace("%s", text));
      return false;
    }
    if (kind === "date") {
      control.type = "date";
      control.value = day(text);
      if (text === "" || control.value) return true;
      control.type = "text";
      control.value = text;
      mark(control, table.dataset.notADay.replace("%s", text));
      return false;
    }
    control.value = kind === "percent" || kind === "number" ? text.replace(/\s*%$/, "") : text.replace(/\s*\n\s*/g, " ");
    return true;
  };
  const titles = () => keys.map((key) => document.getElementById(`c-${key}`).textContent);

  document.addEventListener("paste", (event) => {
    const start = document.activeElement?.closest?.("#register td[data-key]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!start || (!/[\t\n]/.test(text.trim()) && document.activeElement.matches("input[type=text]"))) return;
    event.preventDefault();
    let rows = parse(text);
    // A head that was copied along says what the page says: it is no row.
    if (rows.length > 1 && rows[0].every((value) => value === "" || titles().some((title) => same(title, value)))) rows = rows.slice(1);
    const from = keys.indexOf(start.dataset.key);
    let row = start.closest("tr"), cells = 0, strange = 0, left = 0;
    rows.forEach((values, i) => {
      if (i) row = row?.nextElementSibling ?? (body.rows.length < most ? insert(fresh()) : null);
      if (!row) { left++; return; }
      unflag(row);
      values.slice(0, keys.length - from).forEach((value, j) => {
        cells++;
        if (!put(controls(row)[from + j], value)) strange++;
      });
    });
    const { pasted, strange: marked, tooMany } = table.dataset;
    tell(pasted.replace("%s", cells), strange && marked.replace("%s", strange), left && tooMany.replace("%s", left));
    changed();
  });

  // Enter goes to the next row, Alt and an arrow to the row above or below.
  body.addEventListener("keydown", (event) => {
    const control = event.target.closest("td[data-key] > :is(input, select)");
    const steps = { Enter: 1, ArrowDown: event.altKey ? 1 : 0, ArrowUp: event.altKey ? -1 : 0 }[event.key];
    if (!control || !steps || event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    const row = control.closest("tr"), at = controls(row).indexOf(control);
    let next = steps > 0 ? row.nextElementSibling : row.previousElementSibling;
    if (!next && event.key === "Enter" && body.rows.length < most && filled(row)) {
      next = insert(fresh());
      changed();
    }
    if (next) controls(next)[at].focus();
  });
}
