// The rows of a desk: one array, shown as a list and written into the form's textarea.

// As the server takes a list apart (split_tags in api/inventory/custody/desk.py).
const SEPARATORS = /[\s,;，；、]+/;

export const split = (text) => text.split(SEPARATORS).filter(Boolean);

// Case, width, spaces and hyphens make no difference.
const folded = (text) => text.normalize("NFKC").toUpperCase().replace(/[\s-]/g, "");

const copied = (template) => template.content.firstElementChild.cloneNode(true);

// What the names of a row's fields end in.
const keyOf = (entry) => entry.tag || entry.text;

// The fields of one row, such as how a thing looks that came back.
const fieldsOf = (item) => [...item.querySelectorAll("[data-row-field]")];

// What was chosen and typed in them, by their names; what says nothing is left out.
const saidIn = (item) => Object.fromEntries(fieldsOf(item).filter((one) => one.value).map((one) => [one.dataset.rowField, one.value]));

export class RowList {
  // `changed` is called after every change, `removed` after a row was taken out by hand; `choose`
  // when one of several candidates is taken.
  constructor(textarea, list, template, words, { changed, choose, removed }) {
    Object.assign(this, { textarea, list, template, words, changed, choose, removed });
    this.entries = [];
    this.steps = [];
  }

  // What the server laid out: its items know what they mean already.
  adopt() {
    const items = new Map();
    for (const item of document.querySelectorAll("[data-desk-row]")) items.set(Number(item.dataset.deskRow), item);
    this.entries = split(this.textarea.value).map((text, index) => {
      const item = items.get(index);
      const tag = item ? item.dataset.tag : "";
      const { title = "", meta = "", refused = "" } = item ? item.dataset : {};
      const entry = { given: text, text, tag, index, title, meta, problem: refused, isPending: !item, candidates: [] };
      if (!item) this.show(entry);
      else {
        entry.item = item;
        if (!refused) this.list.prepend(item);
      }
      return entry;
    });
  }

  // An entry's fields are in its item, or were in the browser's storage before it had one.
  said(entry) {
    return entry.item ? saidIn(entry.item) : entry.said || {};
  }

  // What the form says of single rows: in the order of the list, so that it is the same again after
  // a reload.
  rowFields() {
    return this.entries.flatMap((entry) => {
      const said = Object.entries(this.said(entry));
      return said.length ? [["given", entry.text], ...said].map(([name, value]) => [`${name}.${keyOf(entry)}`, value]) : [];
    });
  }

  get pending() {
    return this.entries.filter((entry) => entry.isPending);
  }

  before(entry) {
    const at = this.entries.indexOf(entry);
    return this.entries.slice(0, Math.max(at, 0)).map((one) => one.text);
  }

  find(text) {
    const wanted = folded(text);
    return this.entries.find((entry) => [entry.given, entry.text, entry.tag].some((one) => one && folded(one) === wanted));
  }

  add(given) {
    const entry = this.insert(given);
    this.write();
    return entry;
  }

  // Of many at once the list is written once, by whoever inserts them.
  insert(given, known = {}) {
    const entry = { given, text: split(given).join(""), tag: "", title: "", meta: "", problem: "", isPending: true, candidates: [], ...known };
    this.entries.push(entry);
    this.show(entry);
    this.steps.push({ added: entry });
    return entry;
  }

  // What the server says that it means.
  apply(entry, scan) {
    entry.isPending = false;
    entry.problem = scan.problem || "";
    entry.candidates = scan.candidates;
    entry.title = scan.title;
    entry.meta = [scan.place, scan.holder].filter(Boolean).join(" · ");
    if (scan.tag) entry.text = entry.tag = scan.tag;
    // Taken out before the answer came: it knows more if it is put back.
    if (!this.entries.includes(entry)) return;
    this.show(entry);
    this.write();
  }

  remove(entry) {
    const at = this.entries.indexOf(entry);
    if (at < 0) return;
    this.entries.splice(at, 1);
    entry.item.remove();
    this.steps = this.steps.filter((step) => step.added !== entry);
    this.steps.push({ removed: entry, at });
    const refused = document.getElementById("refused-rows");
    if (refused && !refused.querySelector("[data-desk-row]")) refused.remove();
    this.write();
    this.removed();
  }

  // A second scan of a thing that stands in the list leaves no trace.
  drop(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    this.steps = this.steps.filter((step) => step.added !== entry);
    entry.item.remove();
    this.write();
  }

  clear() {
    for (const entry of this.entries) entry.item.remove();
    this.entries = [];
    this.steps = [];
    this.write();
  }

  undo() {
    const step = this.steps.pop();
    if (!step) return null;
    if (step.added) {
      this.entries = this.entries.filter((one) => one !== step.added);
      step.added.item.remove();
    } else {
      this.entries.splice(step.at, 0, step.removed);
      this.show(step.removed);
    }
    this.write();
    return step;
  }

  write() {
    this.textarea.value = this.entries.map((entry) => entry.text).join("\n");
    this.changed();
  }

  show(entry) {
    const item = copied(this.template);
    const part = (name) => item.querySelector(`[data-${name}]`);
    part("row-tag").textContent = entry.tag || entry.given;
    part("row-title").textContent = entry.title;
    part("row-meta").textContent = entry.problem || (entry.isPending ? this.words.pending : entry.meta);
    part("row-given").textContent = entry.tag || entry.given;
    item.classList.add(entry.isPending ? "is-pending" : entry.problem ? "is-refused" : "is-accepted");
    part("take-out").addEventListener("click", () => this.remove(entry));
    for (const candidate of entry.candidates) part("row-choice").append(this.choiceOf(entry, candidate));
    this.fill(item, entry);
    if (entry.item && entry.item.isConnected) entry.item.replaceWith(item);
    else this.list.prepend(item);
    entry.item = item;
  }

  fill(item, entry) {
    const said = this.said(entry);
    for (const field of fieldsOf(item)) {
      field.name = `${field.dataset.rowField}.${keyOf(entry)}`;
      field.value = said[field.dataset.rowField] || "";
    }
    for (const label of item.querySelectorAll("[data-row-named]")) label.textContent = `${entry.tag || entry.given}: `;
    const fold = item.querySelector("details");
    const was = entry.item && entry.item.querySelector("details");
    if (fold) fold.open = was ? was.open : Object.keys(said).length > 0;
  }

  choiceOf(entry, candidate) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = `${candidate.tag} ${candidate.title}`;
    button.addEventListener("click", () => this.choose(entry, candidate.tag));
    return button;
  }

  // Who looks elsewhere finds the row that was scanned again.
  point(entry) {
    entry.item.scrollIntoView({ block: "nearest" });
    entry.item.classList.remove("is-pointed");
    void entry.item.offsetWidth;
    entry.item.classList.add("is-pointed");
  }
}
