/** Thrown where a request is found to be wrong: the answer's status and its one sentence. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  response(): Response {
    return new Response(`${this.message}\n`, { status: this.status });
  }
}
