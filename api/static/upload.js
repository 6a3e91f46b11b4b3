// Resumable uploads (tus 1.0) for forms marked data-upload-form, and pages that wait for a check.
// Without this script the same forms send small files themselves.
"use strict";

(() => {
  const PIECE = 8 * 1024 * 1024;
  // Tried again for about an hour: a broken line in a school comes back by itself.
  const RETRIES = [0, 1000, 3000, 5000, 10000, 20000, ...Array(60).fill(60000)];
  const HASHED_UP_TO = 64 * 1024 * 1024;
  const LOOK_AGAIN = 2000;

  const readable = (bytes) => {
    const units = ["B", "KB", "MB", "GB"];
    let value = bytes;
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit += 1;
    }
    return `${value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: unit > 1 ? 1 : 0 })} ${units[unit]}`;
  };

  const filled = (sentence, values) =>
    sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // Only where the browser lends its own: a plain address inside a school has none.
  const sha256 = async (file) => {
    if (!window.crypto?.subtle || file.size > HASHED_UP_TO) return "";
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const reasonOf = (error) => {
    try {
      return JSON.parse(error.originalResponse.getBody()).detail;
    } catch {
      return error.originalResponse ? String(error.originalResponse.getStatus()) : error.message;
    }
  };

  class Uploader {
    constructor(box, form) {
      this.box = box;
      this.form = form;
      this.input = box.querySelector("input[type=file]");
      this.panel = box.querySelector("[data-panel]");
      this.bar = box.querySelector("[data-bar]");
      this.said = box.querySelector("[data-said]");
      this.buttons = {
        pause: box.querySelector("[data-pause]"),
        resume: box.querySelector("[data-resume]"),
        stop: box.querySelector("[data-stop]"),
      };
      this.state = "empty";
      this.isAwaited = false;
      this.input.addEventListener("change", () => this.choose());
      this.buttons.pause.addEventListener("click", () => this.pause());
      this.buttons.resume.addEventListener("click", () => this.go());
      this.buttons.stop.addEventListener("click", () => this.stop());
      form.addEventListener("submit", (event) => this.submit(event));
      window.addEventListener("online", () => this.state === "lost" && this.go());
      window.addEventListener("beforeunload", (event) => {
        if (this.state === "sending") event.preventDefault();
      });
    }

    say(name, values = {}) {
      this.said.textContent = filled(this.box.dataset[name], values);
    }

    show(state) {
      this.state = state;
      this.buttons.pause.hidden = state !== "sending" && state !== "lost";
      this.buttons.resume.hidden = state !== "paused" && state !== "failed";
      this.buttons.stop.hidden = state === "done" || state === "empty";
    }

    async choose() {
      const [file] = this.input.files;
      if (this.upload) await this.upload.abort().catch(() => {});
      this.forget();
      if (!file) {
        this.panel.hidden = true;
        this.show("empty");
        return;
      }
      this.panel.hidden = false;
      this.panel.querySelector("[data-name]").textContent = file.name;
      this.bar.value = 0;
      if (file.size > Number(this.box.dataset.most)) {
        this.input.value = "";
        this.say("tooLarge");
        this.show("empty");
        return;
      }
      this.suggestTitle(file.name);
      this.show("sending");
      const digest = await sha256(file).catch(() => "");
      this.upload = this.prepared(file, digest);
      const earlier = await this.upload.findPreviousUploads().catch(() => []);
      if (earlier.length) {
        this.upload.resumeFromPreviousUpload(earlier[0]);
        this.say("resumed");
      }
      this.go();
    }

    prepared(file, digest) {
      const metadata = { filename: file.name, filetype: file.type };
      const school = this.box.dataset.school || this.form.elements.school_id?.value;
      if (school) metadata.school = JSON.parse(this.box.dataset.codes)[school];
      if (digest) metadata.sha256 = digest;
      return new tus.Upload(file, {
        endpoint: this.box.dataset.endpoint,
        metadata,
        chunkSize: PIECE,
        retryDelays: RETRIES,
        removeFingerprintOnSuccess: true,
        onShouldRetry: (error) => {
          const status = error.originalResponse?.getStatus() ?? 0;
          // A full disk (507) waits for somebody, who has to be told.
          const passes = status >= 500 && status !== 507;
          const again = status === 0 || status === 409 || status === 423 || status === 460 || passes;
          if (again) {
            this.show("lost");
            this.say("lost");
          }
          return again;
        },
        onProgress: (done, size) => this.progress(done, size),
        onSuccess: () => this.done(),
        onError: (error) => {
          this.show("failed");
          this.isAwaited = false;
          this.say("failed", { reason: reasonOf(error) });
        },
      });
    }

    progress(done, size) {
      const now = performance.now();
      this.begun ??= { at: now, done };
      if (this.state !== "sending") this.show("sending");
      this.bar.value = (100 * done) / size;
      const seconds = (now - this.begun.at) / 1000;
      const rate = seconds > 0.5 ? (done - this.begun.done) / seconds : 0;
      this.say("sending", { done: readable(done), size: readable(size), rate: readable(rate) });
    }

    go() {
      this.begun = undefined;
      this.show("sending");
      this.upload.start();
    }

    async pause() {
      this.show("paused");
      this.say("paused");
      await this.upload.abort();
    }

    async stop() {
      this.show("empty");
      this.input.value = "";
      this.panel.hidden = true;
      const upload = this.upload;
      this.forget();
      await upload?.abort(true).catch(() => {});
    }

    forget() {
      this.upload = undefined;
      this.isAwaited = false;
      this.form.querySelector("input[name=upload_id]")?.remove();
    }

    done() {
      this.bar.value = 100;
      this.show("done");
      this.say("done");
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "upload_id";
      field.value = this.upload.url.split("/").pop();
      this.form.append(field);
      // The file is there already; the form must not carry it a second time.
      this.input.value = "";
      if (this.isAwaited) this.form.requestSubmit();
    }

    submit(event) {
      if (this.state === "empty" || this.state === "done") return;
      event.preventDefault();
      this.isAwaited = true;
      if (this.state !== "sending") this.go();
      this.say("waiting");
    }

    suggestTitle(name) {
      const title = this.form.elements.title;
      if (title && !title.value) title.value = name.replace(/\.[^.]+$/, "");
    }
  }

  const watch = async (element) => {
    const answer = await fetch(element.dataset.watch, { headers: { accept: "application/json" } }).catch(() => null);
    const upload = answer?.ok ? await answer.json() : null;
    const moving = ["initiated", "receiving", "completing", "verifying"];
    if (upload && !moving.includes(upload.state)) {
      location.reload();
      return;
    }
    setTimeout(() => watch(element), LOOK_AGAIN);
  };

  if (window.tus?.isSupported) {
    for (const form of document.querySelectorAll("[data-upload-form]")) {
      const box = form.querySelector("[data-uploader]");
      if (box) new Uploader(box, form);
    }
  }
  for (const element of document.querySelectorAll("[data-watch]")) setTimeout(() => watch(element), LOOK_AGAIN);
})();
