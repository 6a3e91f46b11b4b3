// The field into which a scanner types: Enter adds a row, which says at once what it means. What was
// scanned stays in this browser until the server has acknowledged it. Without this script the
// textarea below is the list.
"use strict";

(async () => {
  const root = document.querySelector("[data-scan]");
  if (!root) return;
  const words = root.dataset;
  const form = root.closest("form");
  // Whoever presses before the modules are there is sent with them, or, if they never come, without.
  let desk = null;
  let hasScript = true;
  form.addEventListener("submit", (event) => {
    if (desk) desk.submit(event);
    else if (hasScript) {
      event.preventDefault();
      loading.catch(() => null).then(() => {
        hasScript = Boolean(desk);
        form.requestSubmit(event.submitter);
      });
    }
  });
  const names = ["rows", "kept", "asking", "sending", "sound"];
  const loading = Promise.all(names.map((name) => import(words[`${name}Module`])));
  const [{ RowList, split }, { Kept }, { Asking }, { ALSO_SAID, alsoSaid, isSent, send }, { beep }] = await loading;

  const LONGEST = 400;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  class Desk {
    constructor() {
      this.form = form;
      this.field = part("scan-field");
      this.kept = new Kept(document.body.dataset.reader, words.desk);
      this.textarea = this.form.elements.tags;
      this.key = this.form.elements.key;
      this.freshKey = this.key && this.key.value;
      this.rows = new RowList(this.textarea, part("scan-rows"), part("scan-row"), words, {
        changed: () => this.changed(),
        // What stood in the way of others may have gone with it.
        removed: () => words.checks && this.asking.ask(this.rows.entries.filter((one) => one.problem && one.tag), { isChanged: true }),
        choose: (entry, tag) => this.choose(entry, tag),
      });
      this.asking = new Asking(words, {
        also: () => alsoSaid(form),
        before: (entry) => this.rows.before(entry),
        pending: () => this.rows.pending,
        answered: (entries, scans, isNew) => this.apply(entries, scans, isNew),
        failed: (problem) => this.explain(problem),
      });
    }

    start() {
      // The list may be empty when scanning begins; the server says so when it is sent.
      this.textarea.required = false;
      part("scan-entry").hidden = false;
      part("scan-list").open = this.textarea.hasAttribute("aria-invalid");
      this.rows.adopt();
      for (const one of this.form.querySelectorAll("[data-without-script]")) one.hidden = true;
      const hasMore = this.restore();
      this.listen();
      this.showHistory();
      this.showCount();
      // The answer about this very list stands on the page: there is nothing left to send until
      // more is scanned.
      this.isAnswered = Boolean(words.done) && !hasMore;
      if (this.isAnswered) this.kept.clear();
      else this.save();
      this.asking.ask(this.rows.pending);
      if (words.desk && !this.rows.entries.length) this.field.focus();
    }

    listen() {
      this.field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        this.take();
      });
      // Enter looks for what is typed there, and behind a row's own field the next thing is scanned:
      // neither sends the list.
      document.addEventListener("keydown", (event) => {
        const { form, name, dataset } = event.target;
        if (event.key !== "Enter" || event.isComposing || form !== this.form || event.target.tagName !== "INPUT") return;
        if (name !== "find" && !dataset.rowField) return;
        event.preventDefault();
        if (name === "find") this.form.elements.search.click();
        else this.field.focus();
      });
      part("scan-add").addEventListener("click", () => this.take());
      part("scan-undo").addEventListener("click", () => this.undo());
      part("scan-forget").addEventListener("click", () => this.forget());
      part("scan-camera").addEventListener("click", () => this.openCamera());
      this.textarea.addEventListener("change", () => this.reread());
      // The server's rows stand outside the form that they belong to.
      document.addEventListener("change", (event) => {
        if (event.target.form !== this.form || event.target === this.field) return;
        this.isAnswered = false;
        this.save();
        if (words.checks && ALSO_SAID.includes(event.target.name)) this.asking.ask([...this.rows.entries], { isChanged: true });
      });
      // The server's own rows have buttons that send the form; here they need no line.
      document.addEventListener("click", (event) => {
        const button = event.target.closest("button[name=remove]");
        if (!button) return;
        event.preventDefault();
        const places = button.value.split(",").map(Number);
        for (const entry of this.rows.entries.filter((one) => places.includes(one.index))) this.rows.remove(entry);
      });
    }

    take() {
      const text = this.field.value.trim().slice(0, LONGEST);
      this.field.value = "";
      this.field.focus();
      if (text) this.add(text);
    }

    // Also what the camera reads.
    add(text) {
      const twin = this.rows.find(text);
      this.isRefused = false;
      if (!twin) this.isAnswered = false;
      if (twin) this.say(...this.pointAt(twin));
      else this.asking.ask([this.rows.add(text)], { isNew: true });
    }

    choose(entry, tag) {
      this.isRefused = false;
      this.asking.ask([Object.assign(entry, { given: tag, text: tag, isPending: true, candidates: [] })], { isNew: true });
    }

    // Why there is no answer.
    explain(problem) {
      if (this.isRefused) return;
      this.say(problem === "saidNoLine" ? "wait" : "bad", words[problem], { asksSignIn: problem === "saidSignIn" });
    }

    pointAt(twin) {
      this.rows.point(twin);
      return ["bad", filled(words.saidTwice, { tag: twin.tag || twin.given })];
    }

    apply(entries, scans, isNew) {
      const said = entries.map((entry, place) => this.applyOne(entry, scans[place], isNew)).filter(Boolean);
      // Of many that are looked up later what is wrong is said.
      const [tone, text] = said.find(([one]) => one === "bad") || said[0] || [];
      // That the list was not sent stays in sight until somebody goes on.
      if (tone && !this.isRefused) this.say(tone, text);
    }

    // What to say of it.
    applyOne(entry, scan, isNew) {
      const { entries } = this.rows;
      const isListed = entries.includes(entry);
      const twin = isListed && scan.tag && entries.find((one) => one !== entry && one.tag === scan.tag);
      if (twin) {
        this.rows.drop(entry);
        return this.pointAt(twin);
      }
      this.rows.apply(entry, scan);
      const what = scan.tag ? `${scan.tag} ${scan.title}` : entry.given;
      if (isNew) this.kept.remember([Date.now(), what, scan.problem || ""]);
      if (isNew) this.showHistory();
      if (!isListed) return null;
      return scan.problem ? ["bad", scan.problem] : ["good", what];
    }

    undo() {
      this.isRefused = false;
      const step = this.rows.undo();
      const entry = step && (step.added || step.removed);
      if (entry) this.say("wait", filled(step.added ? words.saidTakenOut : words.saidBack, { tag: entry.tag || entry.given }));
      if (step && step.removed) this.asking.ask(this.rows.pending);
      this.field.focus();
    }

    // The textarea was typed into: rows that are gone go, new ones are asked about.
    reread() {
      const texts = split(this.textarea.value);
      for (const entry of this.rows.entries.filter((one) => !texts.includes(one.text))) this.rows.drop(entry);
      const fresh = texts.filter((text) => !this.rows.find(text)).map((text) => this.rows.insert(text));
      this.rows.write();
      if (fresh.length) this.asking.ask(fresh);
    }

    // Whether there is anything that this page does not have already.
    restore() {
      const kept = this.kept.load();
      if (!kept) return false;
      const missing = kept.rows.filter((row) => !this.rows.find(row.tag || row.given));
      if (!missing.length) return false;
      if (!this.rows.entries.length) this.kept.restoreForm(this.form, kept);
      for (const row of missing) this.rows.insert(row.given, row);
      this.rows.steps = [];
      this.rows.write();
      part("scan-kept").hidden = false;
      const at = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
      part("scan-kept-said").textContent = filled(words.saidKept, { count: missing.length, at });
      return true;
    }

    forget() {
      this.rows.clear();
      if (this.key) this.key.value = this.freshKey;
      part("scan-kept").hidden = true;
      this.field.focus();
    }

    changed() {
      this.showCount();
      this.save();
    }

    showCount() {
      const count = this.rows.entries.length;
      part("scan-count").textContent = count ? filled(words.count, { count }) : "";
      part("scan-undo").hidden = !this.rows.steps.length;
    }

    save() {
      if (this.isAnswered) return;
      const isKept = this.kept.save(this.form, this.rows.entries, (entry) => this.rows.said(entry));
      if (!isKept) this.say("bad", words.saidNotKept);
    }

    showHistory() {
      const lines = this.kept.history.map(([at, what, problem]) => {
        const line = document.createElement("li");
        const time = new Date(at).toLocaleTimeString(document.documentElement.lang);
        line.textContent = [time, what, problem].filter(Boolean).join(" · ");
        return line;
      });
      part("scan-history").replaceChildren(...lines);
      part("scan-history-fold").hidden = !lines.length;
    }

    say(tone, text, { asksSignIn = false, isSilent = false } = {}) {
      const said = part("scan-said");
      said.textContent = text;
      said.className = `scan-said is-${tone}`;
      part("scan-sign-in").hidden = !asksSignIn;
      if (!isSilent) beep(tone);
    }

    async openCamera() {
      if (this.isOpening) return;
      this.isOpening = true;
      try {
        const { Camera } = await import(words.cameraModule);
        this.camera ??= new Camera(part("scan-view"), words, (text) => this.add(text));
      } catch {
        this.say("bad", words.saidNoCamera);
      } finally {
        this.isOpening = false;
      }
      if (this.camera) await this.camera.toggle();
    }

    async submit(event) {
      if (!isSent(form, event.submitter)) return;
      event.preventDefault();
      if (this.isSending) return;
      this.isSending = true;
      this.isRefused = false;
      this.save();
      this.say("wait", words.saidSending, { isSilent: true });
      const sent = new Set(this.rows.entries);
      try {
        await this.show(await send(form, this.rows.rowFields()), sent);
      } catch {
        this.refuse(words.saidNotSent);
      } finally {
        this.isSending = false;
      }
    }

    refuse(sentence) {
      this.isRefused = true;
      this.say("bad", sentence);
      part("scan-said").scrollIntoView({ block: "center" });
    }

    // Nothing of this page is stored any more; `rest`, scanned meanwhile, is for the next.
    end(rest) {
      this.kept.save(this.form, rest, (entry) => this.rows.said(entry));
      this.kept.isOff = true;
      this.asking.stop();
      if (this.camera) this.camera.close();
    }

    // Done: on to where the server says. Refused: the page with what is wrong, as it came.
    async show(answer, sent) {
      if (answer.redirected) {
        location.assign(part("scan-sign-in").href);
        return;
      }
      const onward = answer.headers.get("location");
      if (answer.ok && onward) {
        // Its key is used up.
        this.key.value = "";
        this.end(this.rows.entries.filter((entry) => !sent.has(entry)));
        location.assign(onward);
        return;
      }
      if (answer.status >= 500 || answer.status === 429) {
        this.refuse(words.saidNotNow);
        return;
      }
      const page = await answer.text();
      this.end(this.rows.entries);
      document.open();
      document.write(page);
      document.close();
    }
  }

  const made = new Desk();
  made.start();
  desk = made;
})();
