/** One line that says how far things are: rewritten on a terminal, else repeated at times. */
const EVERY = 2_000;

export class Progress {
  readonly #out: NodeJS.WriteStream;
  #line = "";
  #told = performance.now();

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  update(line: string): void {
    if (line === this.#line) return;
    if (this.#out.isTTY) {
      this.#line = line;
      this.#out.write(`\r${line}\x1b[K`);
    } else if (performance.now() - this.#told >= EVERY) {
      this.end(line);
    }
  }

  /** The last word: the next update begins a line of its own. */
  end(line: string): void {
    this.#line = line;
    this.#told = performance.now();
    this.#out.write(this.#out.isTTY ? `\r${line}\x1b[K\n` : `${line}\n`);
  }
}
