// How a desk's form is sent by its script, so that an answer that never came can be asked for again.

const SEND_MS = 60000;
// What else the reasons of a desk depend on, by the names of the form's fields.
export const ALSO_SAID = ["who", "holder", "due_on", "due_by", "due_period_id", "booking_id", "overrides_bookings"];

export function alsoSaid(form) {
  const said = new FormData(form);
  return ALSO_SAID.filter((name) => said.get(name)).map((name) => [name, said.get(name) === "on" ? "true" : said.get(name)]);
}

// Not by a button of its own, not where Enter looks for words first, and not where nothing is done
// with what is named: such a form has no key.
export function isSent(form, button) {
  const { find, searched, key } = form.elements;
  if (!key) return false;
  if (!button || (!button.name && !button.hasAttribute("formaction"))) return true;
  const looksFor = find && find.value.trim() && find.value.trim() !== searched.value.trim();
  return button.name === "enter" && !looksFor;
}

// The same bytes after a reload: a key goes with one content.
export function send(form, rowFields) {
  const data = new FormData(form);
  data.delete("searched");
  for (const name of new Set(data.keys())) if (name.includes(".")) data.delete(name);
  for (const [name, value] of rowFields) data.append(name, value);
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  const headers = { accept: "text/html", "x-labshare-desk": "yes" };
  return fetch(form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(SEND_MS) });
}
