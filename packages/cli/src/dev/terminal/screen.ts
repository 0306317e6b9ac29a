/** Draws views over each other on a terminal, and gives it back as it was. */
import type { Output } from "../../command.ts";

const [ENTER, LEAVE] = ["\u001b[?1049h\u001b[?25l", "\u001b[?25h\u001b[?1049l"];
const [HOME, END_OF_LINE, BELOW] = ["\u001b[H", "\u001b[K", "\u001b[J"];

export class Screen {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
    output.write(ENTER);
  }

  /** In place, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    this.#output.write(HOME + lines.map((line) => `${line}${END_OF_LINE}`).join("\r\n") + BELOW);
  }

  close(): void {
    this.#output.write(LEAVE);
  }
}
