// Where answers wait in this browser: in IndexedDB, one row each; in the page's memory as far as the browser keeps nothing.
const ROWS = "answers";
const result = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function open(closed) {
  const request = indexedDB.open("opmodel", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(ROWS, { keyPath: ["user", "seq"] });
  return result(request).then((db) => {
    db.onversionchange = () => { db.close(); closed(); };
    db.onclose = closed;
    return db;
  });
}

export class Store {
  /** The rows of one person: no other key is ever read or written. */
  constructor(user) {
    this.user = user;
    this.memory = []; // rows that could not be kept, marked `volatile`
    this.refused = false; // this browser has no database for us
  }
  database() {
    this.opening ||= open(() => { this.opening = null; });
    return this.opening;
  }
  /** Replace all rows by rule(rows), in one transaction: two tabs never see or write a state in between.
   *
   * `rule` is a pure function; rows it does not change it returns as they are. */
  async change(rule) {
    for (const full of [false, true]) {
      if (this.refused) break;
      try { return await this.write(rule, full); } catch { /* the second time what is new stays in memory */ }
    }
    this.refused = true;
    return (this.memory = rule(this.memory).map((row) => ({ ...row, volatile: true })));
  }
  async write(rule, full) {
    const tx = (await this.database()).transaction(ROWS, "readwrite", { durability: "strict" });
    const done = new Promise((resolve, reject) => { tx.oncomplete = resolve; tx.onabort = () => reject(tx.error); });
    done.catch(() => {}); // a failure inside is thrown below, by the request that failed
    const rows = tx.objectStore(ROWS);
    const before = [...await result(rows.getAll(IDBKeyRange.bound([this.user], [this.user, []]))), ...this.memory];
    const after = rule(before).map((row) => (full && !before.includes(row) ? { ...row, volatile: true } : row));
    for (const row of before) if (!row.volatile && !after.includes(row)) rows.delete([row.user, row.seq]);
    for (const row of after) if (!row.volatile && !before.includes(row)) await result(rows.put(row));
    await done;
    this.memory = after.filter((row) => row.volatile);
    return after;
  }
}
