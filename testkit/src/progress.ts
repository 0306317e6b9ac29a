/** One line that says how far the work is: rewritten on a terminal, elsewhere repeated every two seconds. */
const EVERY = 2_000;

export class Progress {
  readonly #out: NodeJS.WriteStream;
  #line = "";
  #last = performance.now();

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  update(line: string): void {
    if (line === this.#line) return;
    if (this.#out.isTTY) {
      this.#line = line;
      this.#out.write(`\r${line}\x1b[K`);
    } else if (performance.now() - this.#last >= EVERY) {
      this.end(line);
    }
  }

  /** Writes a line that stays; the next update begins a new one. */
  end(line: string): void {
    this.#line = line;
    this.#last = performance.now();
    this.#out.write(this.#out.isTTY ? `\r${line}\x1b[K\n` : `${line}\n`);
  }

  /** Removes the line from a terminal. */
  clear(): void {
    if (this.#out.isTTY) this.#out.write("\r\x1b[K");
  }
}
