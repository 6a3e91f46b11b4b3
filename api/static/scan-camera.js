// The camera in the page: reads one code after the other while it is open. It is fetched, with the
// reader and its WebAssembly, when somebody opens it.

// A code that stays in the picture is read once.
const SAME_AGAIN_MS = 4000;
const PAUSE_MS = 120;
const LONGEST_SIDE = 1280;
const LONGEST_TEXT = 400;
const REASONS = { NotAllowedError: "denied", NotFoundError: "none", NotReadableError: "busy" };

const end = (stream) => stream.getTracks().forEach((track) => track.stop());

export class Camera {
  constructor(view, words, found) {
    this.view = view;
    this.words = words;
    this.found = found;
    this.video = view.querySelector("video");
    this.said = view.querySelector("[data-scan-view-said]");
    this.torch = view.querySelector("[data-scan-torch]");
    this.read = new Map();
    this.canvas = document.createElement("canvas");
    // Of several openings the last counts: what an earlier one still brings is let go.
    this.opening = 0;
    this.isOpen = false;
    this.torch.addEventListener("click", () => this.switchTorch());
    view.querySelector("[data-scan-close]").addEventListener("click", () => this.close());
    document.addEventListener("visibilitychange", () => this.followPage());
    window.addEventListener("pagehide", () => this.close());
  }

  async toggle() {
    if (this.isOpen) this.close();
    else await this.open();
  }

  async open() {
    const opening = ++this.opening;
    this.isOpen = true;
    this.view.hidden = false;
    this.view.scrollIntoView({ block: "nearest" });
    if (!window.isSecureContext || !navigator.mediaDevices) return this.fail("insecure");
    this.explain("starting");
    try {
      await Promise.all([this.startFilm(opening), this.startReader()]);
    } catch (error) {
      if (opening === this.opening) this.fail(REASONS[error.name] || error.reason || "failed");
      return;
    }
    if (opening !== this.opening) return;
    this.explain("ready");
    this.look(opening);
  }

  async startFilm(opening) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    if (opening !== this.opening) return end(stream);
    this.stream = stream;
    const [track] = stream.getVideoTracks();
    track.onended = () => opening === this.opening && this.fail("ended");
    this.video.srcObject = stream;
    await this.video.play();
    this.torch.hidden = !(track.getCapabilities && track.getCapabilities().torch);
  }

  // One that failed is started anew when the camera is opened again.
  startReader() {
    this.reader ??= new Promise((resolve, reject) => {
      this.worker = new Worker(this.words.cameraWorker);
      const failed = () => {
        reject(Object.assign(new Error("no reader"), { reason: "reader" }));
        this.dropReader();
        if (this.isOpen) this.fail("reader");
      };
      this.worker.onerror = failed;
      this.worker.onmessage = ({ data }) => {
        if (data.error) failed();
        else if (data.isReady) resolve();
        else this.take(data.texts, data.opening);
      };
      const whole = (address) => new URL(address, location.href).href;
      this.worker.postMessage({ reader: whole(this.words.cameraReader), wasm: whole(this.words.cameraWasm) });
    });
    return this.reader;
  }

  dropReader() {
    if (this.worker) this.worker.terminate();
    this.worker = this.reader = null;
  }

  look(opening) {
    if (opening !== this.opening || !this.stream) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) {
      setTimeout(() => this.look(opening), PAUSE_MS);
      return;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const paper = this.canvas.getContext("2d", { willReadFrequently: true });
    paper.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    const picture = paper.getImageData(0, 0, this.canvas.width, this.canvas.height);
    this.worker.postMessage({ picture, opening }, [picture.data.buffer]);
  }

  take(texts, opening) {
    if (opening !== this.opening || !this.stream) return;
    const now = Date.now();
    for (const text of texts) {
      const isNew = !(now - this.read.get(text) < SAME_AGAIN_MS);
      this.read.set(text, now);
      if (isNew && text.trim()) this.found(text.slice(0, LONGEST_TEXT));
    }
    for (const [text, at] of this.read) if (now - at > SAME_AGAIN_MS) this.read.delete(text);
    setTimeout(() => this.look(opening), PAUSE_MS);
  }

  async switchTorch() {
    const isLit = this.torch.getAttribute("aria-pressed") !== "true";
    const [track] = this.stream.getVideoTracks();
    const done = await track.applyConstraints({ advanced: [{ torch: isLit }] }).then(() => true, () => false);
    if (done) this.torch.setAttribute("aria-pressed", String(isLit));
  }

  // A page that nobody sees films nothing; whoever comes back goes on.
  followPage() {
    if (document.hidden && this.isOpen) {
      this.stop();
      this.isWaiting = true;
    } else if (!document.hidden && this.isWaiting) {
      this.open();
    }
  }

  explain(reason) {
    this.video.hidden = !this.stream;
    for (const line of this.said.children) line.hidden = line.dataset.why !== reason;
  }

  // What to do stands in the view, which stays.
  fail(reason) {
    this.stop();
    this.explain(reason);
  }

  stop() {
    this.opening += 1;
    this.isOpen = this.isWaiting = false;
    if (this.stream) end(this.stream);
    this.stream = null;
    this.video.srcObject = null;
    this.torch.hidden = true;
    this.torch.setAttribute("aria-pressed", "false");
  }

  close() {
    this.stop();
    this.view.hidden = true;
  }
}
