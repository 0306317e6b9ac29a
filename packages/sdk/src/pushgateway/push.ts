/** One push of a group. What the Pushgateway refuses is left out, and everything else is stored. */
import type { PushOptions, PushResult } from "../destination.ts";
import type { Answer } from "../http/attempt.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { type Action, exchange, type Wire } from "../http/exchange.ts";
import { compress } from "../http/gzip.ts";
import type { Call } from "../http/message.ts";
import { busy, byStatus } from "../http/send.ts";
import { CONTENT_TYPE, textOf } from "../prometheus/text.ts";
import type { Family } from "../prometheus/translate.ts";

/** How long a refused metric is left out, ms: the group that it contradicts may be deleted. */
const LONGEST_ASIDE = 600_000;

/** Metrics that the Pushgateway has refused, by name, and until when they are left out, on the endpoint's clock. */
export type Aside = Map<string, number>;

export interface Group {
  readonly url: string;
  readonly method: "PUT" | "POST";
  readonly gzip: boolean;
  readonly families: readonly Family[];
}

export class GroupPush implements Wire<readonly Family[]> {
  readonly queue: (readonly Family[])[];
  readonly #endpoint: Endpoint;
  readonly #group: Group;
  readonly #aside: Aside;
  /** In the last request. */
  #series = 0;
  /** The last answer that refused metrics, and their names. */
  #refusal: Answer | undefined;
  readonly #refused: string[] = [];

  constructor(endpoint: Endpoint, group: Group, aside: Aside) {
    this.#endpoint = endpoint;
    this.#group = group;
    this.#aside = aside;
    const now = endpoint.clock();
    this.queue = [group.families.filter(({ name }) => !((aside.get(name) ?? 0) > now))];
  }

  async run(options: PushOptions): Promise<PushResult> {
    const families = this.#group.families.length;
    const aside = families - (this.queue[0] as readonly Family[]).length;
    const { error: gaveUp, details } = await exchange(this.#endpoint, this, options);
    const refused = aside + this.#refused.length;
    const what = `${this.#refused.length} of ${families} metrics (${this.#refused.join(", ")})`;
    const error = gaveUp ?? (this.#refusal && this.#endpoint.failure(this.#refusal, what));
    return {
      code: error || refused ? 1 : 0,
      error,
      details: { ...details, series: this.#series },
      dropped: refused ? new Map([["refused", refused]]) : undefined,
    };
  }

  async call(families: readonly Family[]): Promise<Call> {
    const { url, method, gzip } = this.#group;
    const text = textOf(families);
    this.#series = text.match(/^[^#\n]/gm)?.length ?? 0;
    const body = new TextEncoder().encode(text);
    const headers: Record<string, string> = { "content-type": CONTENT_TYPE };
    if (gzip) headers["content-encoding"] = "gzip";
    return { method, url, headers, body: gzip ? await compress(body) : body };
  }

  decide(families: readonly Family[], answer: Answer): Action {
    if (answer.status === 400 && namedIn(answer, families).length) return "split";
    return byStatus(answer, busy);
  }

  act(families: readonly Family[], action: Action, answer: Answer): void {
    if (action === "done") this.queue.pop();
    if (action !== "split") return;
    const named = namedIn(answer, families);
    this.#refusal = answer;
    for (const name of named) {
      this.#refused.push(name);
      this.#aside.set(name, this.#endpoint.clock() + LONGEST_ASIDE);
    }
    const rest = families.filter(({ name }) => !named.includes(name));
    this.queue[0] = rest;
    if (!rest.length) this.queue.pop();
  }
}

/**
 * The metrics that a refusal names: `collected metric "x" { … } is not a COUNTER`, `collected metric named "x_count"
 * collides with previously collected histogram named "x"`.
 */
function namedIn({ body }: Answer, families: readonly Family[]): string[] {
  const names = new Set(Array.from(body.matchAll(/(?:metric|named) "([^"]+)"/g), ([, name]) => name));
  return families.map(({ name }) => name).filter((name) => names.has(name));
}
