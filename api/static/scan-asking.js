// Asks the server what was scanned means. What got no answer is asked again while somebody looks at
// the page: after growing pauses, and at once on a new connection or on coming back to the page.

const ANSWER_MS = 15000;
const MOST_ASKED = 20;
// An address holds no more of the list than this.
const LONGEST_LIST = 6000;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 5 * 60 * 1000;

export class Asking {
  // `also` gives what else an answer depends on, `before` the texts that stand before an entry,
  // `pending` the entries that wait; `answered` takes entries with their scans, `failed` the name of
  // the sentence that says why there are none.
  constructor(words, { also, before, pending, answered, failed }) {
    Object.assign(this, { words, also, before, pending, answered, failed });
    // Each entry that is asked about, with the number of its newest question.
    this.asked = new Map();
    this.questions = 0;
    this.pause = FIRST_PAUSE_MS;
    window.addEventListener("online", () => this.askNow());
    document.addEventListener("visibilitychange", () => this.askNow());
  }

  // Quietly asked is what nobody has just scanned: then only an answer is said. What is asked
  // already is asked again where the answer depends on something new.
  async ask(entries, { isNew = false, isChanged = false } = {}) {
    const open = entries.filter((entry) => isChanged || !this.asked.has(entry));
    for (let from = 0; from < open.length; from += MOST_ASKED) {
      const some = open.slice(from, from + MOST_ASKED);
      const number = ++this.questions;
      some.forEach((entry) => this.asked.set(entry, number));
      const { scans, problem } = await this.question(some);
      // What was asked again meanwhile waits for that answer: this one is about how things were.
      const current = [...some.keys()].filter((at) => this.asked.get(some[at]) === number);
      current.forEach((at) => this.asked.delete(some[at]));
      if (!scans) {
        if (isNew) this.failed(problem);
        break;
      }
      this.pause = FIRST_PAUSE_MS;
      this.answered(current.map((at) => some[at]), current.map((at) => scans[at]), isNew);
    }
    this.askLater();
  }

  askNow() {
    this.pause = FIRST_PAUSE_MS;
    clearTimeout(this.timer);
    if (!document.hidden) this.ask(this.pending());
  }

  // One timer for all, from the last question on.
  askLater() {
    clearTimeout(this.timer);
    if (document.hidden || !this.pending().some((entry) => !this.asked.has(entry))) return;
    this.timer = setTimeout(() => {
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
      this.ask(this.pending());
    }, this.pause);
  }

  stop() {
    clearTimeout(this.timer);
    this.pending = () => [];
  }

  async question(entries) {
    const query = new URLSearchParams(entries.map((entry) => ["text", entry.given]));
    if (this.words.checks) query.set("desk", this.words.checks);
    // What is taken by the rows before it is not free for this one.
    const listed = this.words.checks ? this.before(entries[0]).join("\n").slice(0, LONGEST_LIST) : "";
    if (listed) query.set("listed", listed);
    for (const [name, value] of this.also()) query.set(name, value);
    try {
      const answer = await fetch(`${this.words.question}?${query}`, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (answer.ok) return { scans: (await answer.json()).items };
      return { problem: answer.status === 401 ? "saidSignIn" : "saidFailed" };
    } catch {
      return { problem: "saidNoLine" };
    }
  }
}
