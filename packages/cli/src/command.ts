/** What `main` asks of a command. */

/** The exit status of a command whose arguments it cannot use. */
export const USAGE = 2;

/** What a command knows of the world. */
export interface Context {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Absent in tests. */
  readonly stdin?: Input | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's project. */
  readonly cwd: string;
  /** Aborted by Ctrl-C and SIGTERM: the command ends what it has started and returns. */
  readonly signal: AbortSignal;
}

/** A stream, such as `process.stdout`. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** `process.stdin`, as far as keys are read from it. */
export interface Input {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  off(event: "data", listener: (chunk: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface Command {
  /** What `--help` prints, with a line feed at its end. */
  readonly help: string;
  /**
   * @param args - those after the command's name; never `--help`.
   * @returns the exit status: 0, or 1 if something is wrong.
   * @throws Failure for what one sentence explains to the user.
   */
  run(args: readonly string[], context: Context): Promise<number>;
}

/** An error that its message explains to the user; it needs no stack trace. */
export class Failure extends Error {
  /** The exit status. */
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
