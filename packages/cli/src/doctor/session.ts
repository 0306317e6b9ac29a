/** One examination of an endpoint: sends canaries, remembers those that were taken, and ends them. */
import type { MetricData } from "@opentelemetry/sdk-metrics";
import { pathSecrets } from "@pushmeter/sdk/adapter";
import { type Answer, type Ask, asking, isOk } from "./answer.ts";
import { Queries, type StoredSeries } from "./queries.ts";
import { Sender, type Version } from "./sender.ts";
import { identify, type Server } from "./server.ts";
import type { Target } from "./target.ts";

export interface SessionOptions {
  /** A server whose query API sees what is pushed. */
  readonly queryUrl?: string | undefined;
  /** Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export class Session {
  readonly target: Target;
  readonly sender: Sender;
  readonly now: () => number;
  readonly queryUrl: string | undefined;
  /** The value of the label `run`, and of `instance`. */
  readonly run = `doctor-${crypto.randomUUID().slice(0, 8)}`;
  /** How far this machine's clock is ahead of the receiver's, ms, to the second; undefined until it tells. */
  skew: number | undefined;
  /** The newest version of remote write that it speaks. */
  version: Version = "1.0";
  readonly #ask: Ask;
  readonly #taken: MetricData[] = [];
  #server: Promise<Server> | undefined;
  #queries: Promise<Queries | undefined> | undefined;
  #last = 0;

  constructor(target: Target, { queryUrl, now = Date.now }: SessionOptions = {}) {
    this.target = target;
    this.now = now;
    this.queryUrl = queryUrl;
    this.sender = new Sender(target, this.run, now);
    this.#ask = asking(secretsOf(target));
  }

  readonly ask = async (request: Request): Promise<Answer> => {
    const answer = await this.#ask(request);
    const date = Date.parse(answer.headers.get("date") ?? "");
    // The header has whole seconds. The way back takes time as well: the shortest one tells best.
    const skew = this.now() - (date + 500);
    if (date && Math.abs(skew) < Math.abs(this.skew ?? Infinity)) this.skew = skew;
    return answer;
  };

  readonly get = async (url: string): Promise<Answer> => this.ask(await this.sender.authorized(url));

  get server(): Promise<Server> {
    this.#server ??= identify(this.target.url, this.get);
    return this.#server;
  }

  get queries(): Promise<Queries | undefined> {
    this.#queries ??= Queries.find(this.target.url, this.queryUrl, this.get, this.now);
    return this.#queries;
  }

  /** Pushes over remote write. What is taken is ended by `end`. */
  async write(
    metrics: readonly MetricData[],
    { version = this.version, time = this.now() } = {},
  ): Promise<Answer> {
    return this.writing(await this.sender.remoteWrite(version, metrics, time), metrics, time);
  }

  async writing(request: Request, metrics: readonly MetricData[], time = this.now()): Promise<Answer> {
    const answer = await this.ask(request);
    this.#last = Math.max(this.#last, time);
    if (isOk(answer)) this.#taken.push(...metrics);
    return answer;
  }

  /** What is stored of this run; undefined where nothing can be queried. */
  async stored(
    isEnough: (series: readonly StoredSeries[]) => boolean,
  ): Promise<readonly StoredSeries[] | undefined> {
    return (await this.queries)?.stored(this.run, isEnough);
  }

  /** Ends what was taken over remote write with stale markers. */
  async end(): Promise<void> {
    if (!this.#taken.length) return;
    const time = Math.max(this.now(), this.#last + 10);
    // Each metric alone: series of one name are one metric to the SDK, and the last one would count.
    for (const metric of merged(this.#taken)) {
      await this.ask(await this.sender.remoteWrite(this.version, [metric], time, true));
    }
  }
}

/** One metric for each name, with all points. */
function merged(metrics: readonly MetricData[]): MetricData[] {
  const byName = Map.groupBy(metrics, ({ descriptor }) => descriptor.name);
  return [...byName.values()].map(
    (same) =>
      ({ ...same[0], dataPoints: same.flatMap(({ dataPoints }) => dataPoints as never[]) }) as MetricData,
  );
}

/** What must not stand in a message. */
export function secretsOf({ url, auth }: Pick<Target, "url" | "auth">): string[] {
  const { pathname, search, searchParams } = new URL(url);
  const parts = [...searchParams.values(), search.slice(1), ...pathSecrets(pathname)];
  return [...(auth ? credentialsOf(auth) : []), ...parts].filter(Boolean);
}

function credentialsOf(auth: NonNullable<Target["auth"]>): string[] {
  if ("bearer" in auth) return [auth.bearer];
  if ("headers" in auth)
    return Object.values(auth.headers).flatMap((value) => [value, value.replace(/^\w+ /, "")]);
  if ("sigv4" in auth) return [];
  const { username, password } = auth.basic;
  return [password, Buffer.from(`${username}:${password}`).toString("base64")];
}
