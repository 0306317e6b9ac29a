/** Tells pages of every change as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { IncomingMessage, ServerResponse } from "node:http";

/** Between two events, ms: pushes that come together are shown together. */
const SHORTEST = 150;
/** Times pass and instances fall silent though no push comes, ms. */
const LONGEST = 1000;
const MOST_PAGES = 16;

export class Feed {
  readonly #pages = new Set<ServerResponse>();
  readonly #snapshot: () => unknown;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(snapshot: () => unknown) {
    this.#snapshot = snapshot;
  }

  /** Sends every change to a page until it goes away. */
  open(request: IncomingMessage, response: ServerResponse): void {
    const [first] = this.#pages;
    if (first && this.#pages.size >= MOST_PAGES) first.end();
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    this.#pages.add(response);
    const leave = () => this.#pages.delete(response);
    request.on("close", leave);
    response.on("close", leave);
    response.on("error", leave);
    response.write(this.#event());
    this.#schedule(LONGEST);
  }

  /** Something has changed. */
  changed(): void {
    if (this.#pages.size) this.#schedule(Math.max(0, this.#sent + SHORTEST - performance.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }

  #due = Number.POSITIVE_INFINITY;

  #schedule(delay: number): void {
    const due = performance.now() + delay;
    if (this.#timer && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#send(), delay);
  }

  #send(): void {
    this.#timer = undefined;
    if (!this.#pages.size) return;
    const event = this.#event();
    this.#sent = performance.now();
    for (const page of this.#pages) {
      // A page that does not read, as in a tab in the background, gets the next one.
      if (page.writableLength < 1_000_000) page.write(event);
    }
    this.#schedule(LONGEST);
  }

  #event(): string {
    return `data: ${JSON.stringify(this.#snapshot())}\n\n`;
  }
}
