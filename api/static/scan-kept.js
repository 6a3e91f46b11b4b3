// What was scanned and not yet acknowledged, in this browser: by person and desk, with a bound on
// its size and its age. Signing out clears it (Clear-Site-Data).

const MOST_ROWS = 500;
const MOST_HISTORY = 100;
const LONGEST_TEXT = 400;
const TEXTS = ["given", "text", "tag", "title", "meta", "problem"];
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name) || "null");
  } catch {
    return null; // Storage is switched off, or somebody else wrote there.
  }
};

// Whether it is kept; a full or forbidden storage is said, not hidden.
const write = (name, value) => {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

const cut = (text) => String(text || "").slice(0, LONGEST_TEXT);

const typedFields = (form) =>
  [...form.elements].filter(
    (field) => field.name && field.name !== "tags" && !field.dataset.rowField && !["hidden", "password", "file", "submit", "button"].includes(field.type)
  );

const isBox = (field) => field.type === "checkbox" || field.type === "radio";

export class Kept {
  // Without a desk's name nothing is kept: what is only looked at is scanned again in a moment.
  constructor(reader, desk) {
    this.isOff = !desk;
    this.rowsName = `labshare-desk/${reader}/${desk}`;
    this.historyName = `labshare-scans/${reader}/${desk}`;
  }

  load() {
    const kept = this.isOff ? null : read(this.rowsName);
    if (!kept || !Array.isArray(kept.rows) || !kept.rows.length) return null;
    if (!(Date.now() - kept.at < KEPT_MS)) {
      this.clear();
      return null;
    }
    return kept;
  }

  // `said` gives what the fields of an entry's own row hold.
  save(form, entries, said) {
    if (this.isOff) return true;
    if (!entries.length) return this.clear();
    return write(this.rowsName, {
      at: Date.now(),
      key: form.elements.key ? form.elements.key.value : "",
      rows: entries.slice(0, MOST_ROWS).map((entry) => ({
        ...Object.fromEntries(TEXTS.map((name) => [name, cut(entry[name])])),
        said: said(entry),
        // Of one that may mean several the choice is asked for again.
        isPending: Boolean(entry.isPending || entry.candidates.length),
      })),
      fields: typedFields(form).map((field) => [field.name, isBox(field) ? field.value : "", isBox(field) ? field.checked : cut(field.value)]),
    });
  }

  clear() {
    return this.isOff || write(this.rowsName, null);
  }

  // The other fields as they were, unless a link filled them in, and the key, so that what was sent
  // already is not done twice.
  restoreForm(form, kept) {
    if (kept.key && form.elements.key) form.elements.key.value = kept.key;
    for (const [name, value, state] of kept.fields || []) {
      const field = typedFields(form).find((one) => one.name === name && (!isBox(one) || one.value === value));
      if (!field || (!isBox(field) && field.value)) continue;
      if (isBox(field)) field.checked = state;
      else field.value = state;
    }
  }

  get history() {
    const kept = this.isOff ? null : read(this.historyName);
    return Array.isArray(kept) ? kept : [];
  }

  remember(line) {
    if (!this.isOff) write(this.historyName, [line, ...this.history].slice(0, MOST_HISTORY));
  }
}
