/** An error that its message explains to the user; it needs no stack trace. */
export class Failure extends Error {
  /** The exit status. */
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
