import type { ChildProcessWithoutNullStreams } from "node:child_process";

const TIMEOUT_MS = 120_000;

export interface Result {
  readonly code: number;
  /** Both streams, in one text. */
  readonly output: string;
  readonly seconds: number;
}

/** A command that runs, may ask, and is answered by the test. */
export class Session {
  readonly end: Promise<Result>;
  readonly #child: ChildProcessWithoutNullStreams;
  #output = "";
  #isOver = false;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    const begin = performance.now();
    const timer = setTimeout(() => this.kill(), TIMEOUT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
    child.stdin.on("error", () => undefined); // it may end without having read its answer
    this.end = new Promise((done, fail) => {
      child.on("error", fail);
      child.on("close", (code) => {
        clearTimeout(timer);
        this.#isOver = true;
        done({ code: code ?? -1, output: this.#output, seconds: (performance.now() - begin) / 1000 });
      });
    });
  }

  /** Waits until it has said this. */
  async said(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      if (this.#isOver) throw new Error(`it ended, and never said \`${text}\`:\n${this.#output}`);
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }

  /** Answers, or tells it that no answer will come. */
  answer(text?: string): void {
    this.#child.stdin.end(text === undefined ? "" : `${text}\n`);
  }

  /** As a machine that loses its power. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
