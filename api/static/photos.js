// Photographs in forms: made smaller before they are sent, with progress while they are.
// Without this script the same form sends them as they are, and the server makes them smaller.
"use strict";

(() => {
  const LONGEST_SIDE = 2000;
  const QUALITY = 0.85;
  // Smaller files are sent as they are.
  const SMALL_BYTES = 700 * 1024;

  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // Upright, because the browser turns a picture as its camera was held before it is drawn.
  const drawn = async (file) => {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  };

  const smaller = async (file) => {
    if (file.size <= SMALL_BYTES || !file.type.startsWith("image/")) return file;
    // What this browser cannot draw, the server judges.
    const blob = await drawn(file).catch(() => null);
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], `${file.name.replace(/\.[^.]+$/, "")}.jpg`, { type: "image/jpeg" });
  };

  class PhotoForm {
    constructor(form, input) {
      this.form = form;
      this.input = input;
      this.panel = form.querySelector("[data-photo-panel]");
      this.bar = this.panel.querySelector("progress");
      this.said = this.panel.querySelector("[data-said]");
      this.isBusy = false;
      form.addEventListener("submit", (event) => this.submit(event));
    }

    say(name, values = {}) {
      this.said.textContent = filled(this.panel.dataset[name], values);
    }

    async submit(event) {
      if (!this.input.files.length) return;
      event.preventDefault();
      if (this.isBusy) return;
      this.busy(true);
      const body = new FormData(this.form);
      body.delete(this.input.name);
      for (const file of await this.prepared()) body.append(this.input.name, file);
      this.send(body);
    }

    async prepared() {
      const files = [];
      const all = [...this.input.files];
      for (const [place, file] of all.entries()) {
        this.say("shrinking", { number: place + 1, all: all.length });
        files.push(await smaller(file));
      }
      return files;
    }

    send(body) {
      const request = new XMLHttpRequest();
      request.open("POST", this.form.action);
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        this.bar.value = (100 * event.loaded) / event.total;
        this.say("sending", { done: Math.round(event.loaded / 1024), size: Math.round(event.total / 1024) });
      });
      request.addEventListener("load", () => this.show(request));
      request.addEventListener("error", () => this.fail());
      request.send(body);
    }

    // The answer is a page: the next one, or this form with what is wrong.
    show(request) {
      if (request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
      document.open();
      document.write(request.responseText);
      document.close();
    }

    fail() {
      this.busy(false);
      this.say("failed");
    }

    busy(isBusy) {
      this.isBusy = isBusy;
      this.panel.hidden = false;
      this.bar.hidden = !isBusy;
      this.bar.value = 0;
      for (const button of this.form.querySelectorAll("button[type=submit]")) button.disabled = isBusy;
    }
  }

  for (const input of document.querySelectorAll("input[type=file][data-photos]")) new PhotoForm(input.form, input);
})();
