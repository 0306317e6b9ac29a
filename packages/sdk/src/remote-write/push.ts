/** One push over remote write: its requests in order, and what their answers change. */
import type { PushResult } from "../destination.ts";
import { isExponential } from "../histogram.ts";
import type { Answer, Call } from "../http/attempt.ts";
import type { PushError } from "../http/error.ts";
import { type Action, type ExchangeOptions, exchange, MOST_REQUESTS, type Wire } from "../http/exchange.ts";
import type { Target } from "../http/target.ts";
import { burstOf, decide, isSettled, isUnclear, mayBeStored, type State, writtenOf } from "./decide.ts";
import type { Encoder, Group, Version } from "./encoder.ts";
import { type Batch, DUE, type Entry, type Ledger, MOST_SERIES } from "./ledger.ts";
import { namedIn } from "./named.ts";
import type { Receiver } from "./receiver.ts";
import { snappy } from "./snappy.ts";

/** Names of series in a message. */
const MOST_NAMES = 3;
/** Requests besides one for each 2,000 series, where that makes more than `MOST_REQUESTS`. */
const MORE_REQUESTS = 5;

const headers = (type: string, version: string) => ({
  "content-type": `application/x-protobuf${type}`,
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": version,
  "user-agent": "pushmeter",
});
const HEADERS: Readonly<Record<Version, Record<string, string>>> = {
  1: headers("", "0.1.0"),
  // With a space after the semicolon Prometheus 3.5 reads version 1.0 and drops everything.
  2: headers(";proto=io.prometheus.write.v2.Request", "2.0.0"),
};

interface Request {
  readonly kind: State["kind"];
  readonly entries: readonly Entry[];
  /** The same samples may have been stored by an earlier attempt. */
  isUnclear: boolean;
  /** Openings are sent at the latest possible time. */
  isLate?: boolean;
  /** Those whose openings the last attempt carried besides their values. */
  opened: readonly Entry[];
  /** Openings up to this number have been sent before these values in a request of their own. */
  openedUntil: number;
  /** Openings after this number go with the values once more. */
  openedSince: number;
}

const requestOf = (kind: State["kind"], entries: readonly Entry[], isUnclear = false): Request => ({
  kind,
  entries,
  isUnclear,
  opened: [],
  openedUntil: 0,
  openedSince: Infinity,
});

export class Push implements Wire<Request> {
  readonly queue: Request[];
  /** The receiver does not take native histograms: everything has to be sent again with classic ones. */
  needsClassic = false;
  readonly #target: Target;
  readonly #receiver: Receiver;
  readonly #ledger: Ledger;
  readonly #encoder: Encoder;
  readonly #batch: Batch;
  #mayBeStored = false;
  /** The last refusal of values. */
  #refusal: Answer | undefined;
  /** How many series were refused alone or are missing from what the receiver says it has stored, and their names. */
  #refused = 0;
  readonly #names = new Set<string>();
  /** Some of them have not been told before. */
  #isNews = false;

  constructor(target: Target, receiver: Receiver, ledger: Ledger, encoder: Encoder, batch: Batch) {
    this.#target = target;
    this.#receiver = receiver;
    this.#ledger = ledger;
    this.#encoder = encoder;
    this.#batch = batch;
    this.queue = batch.requests.map((entries) => requestOf("values", entries));
    this.#openFirst();
  }

  /** Sends everything; what is refused takes nothing else along. */
  async run(options: ExchangeOptions): Promise<PushResult> {
    const { requests, aside } = this.#batch;
    const entries = requests.flat();
    const most = Math.max(MOST_REQUESTS, Math.ceil(entries.length / MOST_SERIES) + MORE_REQUESTS);
    const { error, details } = await exchange(this.#target, this, { most, ...options });
    if (!this.#mayBeStored) this.#ledger.undo(this.#batch);
    const isAll = entries.every(({ asideUntil }) => asideUntil);
    if (this.#refusal && this.#receiver.refusesAll(this.#target.clock(), isAll)) {
      this.#ledger.forgive(entries);
      return { code: 1, details, error: this.#target.failure(this.#refusal) };
    }
    const refused = aside + this.#refused;
    const dropped = refused ? new Map([["refused", refused]]) : undefined;
    const failure = this.#failure(entries.length, error);
    if (failure || !refused) return { code: failure ? 1 : 0, error: failure, details, dropped };
    // Series that are left alone are missing, too, which has been told.
    return { code: 1, error: this.#receiver.failure, isTold: true, details, dropped };
  }

  call(request: Request): Call {
    const { kind, entries } = request;
    const { time, isStale } = this.#batch;
    const { version } = this.#receiver;
    const opens = ({ opening }: Entry) => opening === DUE || (opening ?? DUE) > request.openedSince;
    const opened = kind === "values" && !isStale ? entries.filter(opens) : [];
    const body = this.#encoder.encode(entries, this.#ledger.target, time, version, (entry) => {
      if (kind === "openings") return kind;
      return isStale ? "stale" : opens(entry) ? "both" : kind;
    });
    // Before the request leaves: the invocation that waits for the answer may be aborted.
    if (opened.length) this.#receiver.openings++;
    for (const entry of opened) entry.opening = this.#receiver.openings;
    request.opened = opened;
    request.openedSince = Infinity;
    return { url: this.#target.url, method: "POST", headers: HEADERS[version], body: snappy(body) };
  }

  decide(request: Request, answer: Answer): Action {
    return decide(this.#state(request), answer);
  }

  act(request: Request, action: Action, answer: Answer): void {
    const { kind, entries, opened } = request;
    const state = this.#state(request);
    const may = mayBeStored(state, answer);
    this.#mayBeStored ||= may;
    request.isUnclear ||= may && isUnclear(state, answer);
    if (!may) for (const entry of opened) entry.opening = DUE;
    if (kind === "values") for (const entry of entries) entry.isKnown ||= may;
    this.#group(entries).isLimited = answer.status === 429;

    if (action === "fall back to 1.0") {
      this.#receiver.version = 1;
      // Few receivers store what they do not understand: the openings travel with the values once more.
      request.openedSince = request.openedUntil;
      request.openedUntil = this.#receiver.openings;
    } else if (action === "fall back to classic") {
      this.#receiver.takesNative = false;
      this.needsClassic = true;
      this.queue.length = 0;
    } else if (action === "fall back to late openings") {
      request.isLate = true;
      for (const entry of opened) this.#ledger.open(entry, Infinity);
    } else if (action === "done" || action === "split" || action === "drop") {
      this.queue.shift();
      if (kind === "values") this.#isValues(action, request, state, answer);
      else if (action === "split") this.queue.unshift(...byOpening(entries));
      else if (isSettled(answer)) for (const entry of entries) entry.opening = undefined;
    } else if (answer.status === 415 && this.#receiver.isAuto && !this.#receiver.isConfirmed) {
      // It takes 1.0 as little.
      this.#receiver.version = 2;
    }
    this.#openFirst();
  }

  /** Values were stored, or are to be sent in parts, or never. */
  #isValues(action: Action, request: Request, state: State, answer: Answer): void {
    const { entries } = request;
    for (const entry of entries) entry.tried = this.#batch.time;
    if (action === "done") {
      const isConflict = answer.status >= 300;
      const missing = state.version === 1 || isConflict ? 0 : state.samples - (writtenOf(answer) ?? 0);
      this.#receiver.refusals = 0;
      this.#receiver.isConfirmed ||= state.version === 2 && !isConflict;
      if (missing > 0) this.#refuse(answer, missing);
      else if (!this.#batch.isStale) this.#ledger.store(entries);
      return;
    }
    if (action === "split" && answer.status !== 400 && answer.status !== 409) {
      const burst = burstOf(answer);
      const parts = burst ? Math.ceil(state.samples / burst) : 2;
      for (const part of cut(entries, parts)) {
        this.#ledger.regroup(part);
        this.queue.unshift(requestOf("values", part, request.isUnclear));
      }
      return;
    }
    this.#refusal = answer;
    if (action === "drop") this.#receiver.refusals++;
    const named = action === "drop" ? entries : namedIn(answer.body, entries, this.#ledger.target);
    for (const entry of named) {
      this.#refuse(answer, 1, entry.series.name, !entry.refusals);
      this.#ledger.refuse(entry);
    }
    const rest = entries.filter((entry) => !named.includes(entry));
    const parts = named.length ? [rest] : cut(rest, 2);
    // In any order: what is refused often stands together.
    for (const part of this.#target.runtime.random() < 0.5 ? parts : parts.reverse()) {
      if (!part.length) continue;
      if (!named.length) for (const entry of part) entry.suspects = part;
      this.queue.unshift(requestOf("values", part, request.isUnclear));
    }
  }

  #refuse(answer: Answer, series: number, name?: string, isNews = true): void {
    this.#refusal = answer;
    this.#refused += series;
    this.#isNews ||= isNews;
    if (name) this.#names.add(name);
  }

  /** What has not been told before, and what is not sent yet. */
  #failure(series: number, error?: PushError): PushError | undefined {
    const isOver = !this.queue.length;
    if (this.#refusal && (this.#isNews || !isOver)) {
      const names = [...this.#names].slice(0, MOST_NAMES).join(", ");
      const what = `${this.#refused || "some"} of ${series} series${names && ` (${names})`}`;
      this.#receiver.failure = this.#target.failure(this.#refusal, what);
      return this.#receiver.failure;
    }
    return error ?? (isOver ? undefined : this.#target.error("unavailable", "the next push sends the rest"));
  }

  /** Openings whose fate is unclear go before the values of their series, in a request of their own. */
  #openFirst(): void {
    const [head] = this.queue;
    if (head?.kind !== "values" || this.#batch.isStale) return;
    const pending = head.entries.filter(({ opening = DUE }) => opening > head.openedUntil);
    if (!pending.length) return;
    head.openedUntil = this.#receiver.openings;
    this.queue.unshift(requestOf("openings", pending));
  }

  #state({ kind, entries, opened, isUnclear, isLate = false }: Request): State {
    const { version, isAuto, isConfirmed } = this.#receiver;
    return {
      kind,
      version,
      isAuto,
      isConfirmed,
      series: entries.length,
      samples: entries.length + opened.length,
      hasOpenings: opened.length > 0,
      isLate,
      isMixed: kind === "openings" && entries.some(({ opening }) => opening !== entries[0]?.opening),
      hasNative: entries.some(({ value }) => isExponential(value)),
      isUnclear,
      isLimited: this.#group(entries).isLimited,
      isHopeless: this.#receiver.isHopeless(this.#target.clock()),
    };
  }

  #group(entries: readonly Entry[]): Group {
    return (entries[0] as Entry).group;
  }
}

/** Openings that were first sent together have the same fate. */
function byOpening(entries: readonly Entry[]): Request[] {
  const numbers = new Set(entries.map(({ opening }) => opening));
  return Array.from(numbers, (number) =>
    requestOf(
      "openings",
      entries.filter(({ opening }) => opening === number),
    ),
  );
}

function cut(entries: readonly Entry[], parts: number): Entry[][] {
  const size = Math.ceil(entries.length / parts);
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, i) =>
    entries.slice(i * size, (i + 1) * size),
  );
}
