/** What a command is given by a test. */
import type { Context } from "../command.ts";

export class World implements Context {
  readonly stdout: Written;
  readonly stderr = new Written();
  readonly env: Context["env"];
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();

  /** @param columns - of a terminal; undefined: it is none. */
  constructor({
    env = {},
    cwd = "/",
    columns,
  }: { env?: Context["env"]; cwd?: string; columns?: number } = {}) {
    this.env = env;
    this.cwd = cwd;
    this.signal = this.#abort.signal;
    this.stdout = new Written(columns);
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.#abort.abort();
  }
}

class Written {
  text = "";
  readonly columns: number | undefined;

  constructor(columns?: number) {
    this.columns = columns;
  }

  get isTTY(): boolean {
    return this.columns !== undefined;
  }

  write(text: string): void {
    this.text += text;
  }
}
