/** One push over remote write: its requests in order, and what their answers change. */
import type { PushResult } from "../destination.ts";
import { isExponential } from "../histogram.ts";
import type { Answer } from "../http/attempt.ts";
import type { Endpoint } from "../http/endpoint.ts";
import type { PushError } from "../http/error.ts";
import { type Action, type ExchangeOptions, exchange, MOST_REQUESTS, type Wire } from "../http/exchange.ts";
import type { Call } from "../http/message.ts";
import { type Asked, decide, isOpen, isTooOld, mayBeStored, partsFor, writtenOf } from "./decide.ts";
import type { Encoder } from "./encoder.ts";
import type { Group, Version } from "./group.ts";
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

/** How many times, before the same values, openings go alone that were first sent in one request. */
const MOST_OPENINGS = 4;

class Request implements Asked {
  readonly kind: Asked["kind"];
  readonly entries: readonly Entry[];
  isUnclear: boolean;
  opened: readonly Entry[] = [];
  /** Openings up to this number have been sent in a request before these values. */
  openedUntil = 0;
  /** How often that was. */
  openings = 0;

  constructor(kind: Asked["kind"], entries: readonly Entry[], isUnclear = false) {
    this.kind = kind;
    this.entries = entries;
    this.isUnclear = isUnclear;
  }

  get group(): Group {
    return (this.entries[0] as Entry).group;
  }

  get limited(): number {
    return this.group.limited;
  }

  get hasNative(): boolean {
    return this.entries.some(({ value }) => isExponential(value));
  }
}

export class Push implements Wire<Request> {
  readonly queue: Request[];
  /** The receiver does not take native histograms: everything has to be sent again with classic ones. */
  needsClassic = false;
  readonly #endpoint: Endpoint;
  readonly #receiver: Receiver;
  readonly #ledger: Ledger;
  readonly #encoder: Encoder;
  readonly #batch: Batch;
  #mayBeStored = false;
  /** The number of the last opening of earlier pushes. */
  readonly #openings: number;
  /** The last refusal of values. */
  #refusal: Answer | undefined;
  /** How many series were refused alone or are missing from what the receiver says it has stored, and their names. */
  #refused = 0;
  readonly #names = new Set<string>();
  /** `Series.point` of those that the receiver has named. */
  readonly refused = new Set<string>();

  constructor(endpoint: Endpoint, receiver: Receiver, ledger: Ledger, encoder: Encoder, batch: Batch) {
    this.#endpoint = endpoint;
    this.#receiver = receiver;
    this.#ledger = ledger;
    this.#encoder = encoder;
    this.#batch = batch;
    this.#openings = receiver.openings;
    this.queue = batch.requests.map((entries) => new Request("values", entries));
    this.#openFirst();
  }

  /** Sends everything; what is refused takes nothing else along. */
  async run(options: ExchangeOptions): Promise<PushResult> {
    const { requests, aside } = this.#batch;
    const entries = requests.flat();
    const most = Math.max(MOST_REQUESTS, Math.ceil(entries.length / MOST_SERIES) + MORE_REQUESTS);
    const { error, details } = await exchange(this.#endpoint, this, { most, ...options });
    if (!this.#mayBeStored) this.#ledger.undo(this.#batch);
    if (this.#refusal) {
      this.#receiver.refused(entries.every(({ asideUntil }) => asideUntil));
      if (this.#receiver.isHopeless) {
        this.#ledger.forgive(entries);
        return { code: 1, details, error: this.#endpoint.failure(this.#refusal) };
      }
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
    const opens = ({ opening }: Entry) => opening === DUE && !isStale;
    const opened = kind === "values" ? entries.filter(opens) : [];
    const body = this.#encoder.encode(entries, this.#ledger.target, time, version, (entry) => {
      if (kind === "openings") return kind;
      return isStale ? "stale" : opens(entry) ? "both" : kind;
    });
    // Before the request leaves: the invocation that waits for the answer may be aborted.
    if (opened.length) this.#receiver.openings++;
    for (const entry of opened) entry.opening = this.#receiver.openings;
    request.opened = opened;
    return { url: this.#endpoint.url, method: "POST", headers: HEADERS[version], body: snappy(body) };
  }

  decide(request: Request, answer: Answer): Action {
    return decide(this.#receiver, request, answer);
  }

  act(request: Request, action: Action, answer: Answer): void {
    const { kind, entries, opened } = request;
    const may = mayBeStored(this.#receiver, request, answer);
    this.#mayBeStored ||= may;
    request.isUnclear ||= may && isOpen(request, answer);
    for (const entry of opened) if (!may) entry.opening = DUE;
    for (const entry of entries) entry.isKnown ||= may && kind === "values";

    request.group.limited = answer.status === 429 ? request.limited + 1 : 0;
    if (action === "done" || action === "split" || action === "drop") {
      this.queue.shift();
      if (kind === "values") this.#isValues(action, request, answer);
      // What else becomes of openings shows when the values are stored: the receiver has them, or never will.
      else if (answer.status < 300) for (const entry of entries) entry.opening = undefined;
    } else if (action === "fall back to 1.0") this.#receiver.version = 1;
    else if (action === "fall back to classic") {
      this.#receiver.takesNative = false;
      this.needsClassic = true;
      this.queue.length = 0;
    } else if (action === "give up" && isTooOld(answer) && !request.isUnclear) {
      // Openings that were first sent in this push are not stored either: they are made anew.
      for (const entry of entries) if ((entry.opening ?? DUE) > this.#openings) entry.opening = DUE;
    } else if (answer.status === 415 && this.#receiver.isAuto && !this.#receiver.isConfirmed) {
      // It takes 1.0 as little.
      this.#receiver.version = 2;
    }
    this.#openFirst();
  }

  /** Values were stored, or are to be sent in parts, or never. */
  #isValues(action: Action, request: Request, answer: Answer): void {
    const { entries, opened, isUnclear } = request;
    const { version } = this.#receiver;
    for (const entry of entries) entry.tried = this.#batch.time;
    const missing = version === 1 ? 0 : entries.length + opened.length - (writtenOf(answer) ?? 0);
    if (action === "done") {
      const isConflict = answer.status >= 300;
      this.#receiver.refusals = 0;
      this.#receiver.isConfirmed ||= version === 2 && !isConflict;
      if (missing > 0 && !isConflict) this.#refuse(answer, Math.min(missing, entries.length));
      else if (!this.#batch.isStale) this.#ledger.store(entries);
      return;
    }
    if (action === "split" && (answer.status === 413 || answer.status === 429)) {
      for (const part of cut(entries, Math.max(2, partsFor(request, answer)))) {
        this.#ledger.regroup(part);
        this.queue.unshift(new Request("values", part, isUnclear));
      }
      return;
    }
    this.#refusal = answer;
    this.#receiver.refusals++;
    // As it came: without secrets, a label's value that is a part of one would not be found.
    const text = new TextDecoder().decode(answer.bytes);
    const named = entries.length === 1 ? entries : namedIn(text, entries, this.#ledger.target);
    for (const entry of named) {
      this.#refuse(answer, 1, entry.series.name);
      this.#ledger.refuse(entry);
      this.refused.add(entry.series.point);
    }
    if (action === "drop") {
      if (!named.length) this.#refuse(answer, Math.max(1, Math.min(missing, entries.length)));
      return;
    }
    const rest = entries.filter((entry) => !named.includes(entry));
    const searched = [...new Set(rest.map(({ suspects }) => suspects))];
    let parts = [rest];
    if (!named.length && searched.length === 1) parts = cut(rest, 2);
    else if (!named.length) parts = searched.map((part) => rest.filter(({ suspects }) => suspects === part));
    // In any order: what is refused often stands together.
    for (const part of this.#endpoint.runtime.random() < 0.5 ? parts : parts.reverse()) {
      if (!part.length) continue;
      if (!named.length) for (const entry of part) entry.suspects = part;
      this.queue.unshift(new Request("values", part, isUnclear));
    }
  }

  #refuse(answer: Answer, series: number, name?: string): void {
    this.#refusal = answer;
    this.#refused += series;
    if (name) this.#names.add(name);
  }

  /** What has not been told before, and what is not sent yet. */
  #failure(series: number, error?: PushError): PushError | undefined {
    const isOver = !this.queue.length;
    if (this.#refusal) {
      const names = [...this.#names].slice(0, MOST_NAMES).join(", ");
      const what = `${this.#refused || "some"} of ${series} series${names && ` (${names})`}`;
      this.#receiver.failure = this.#endpoint.failure(this.#refusal, what);
      return this.#receiver.failure;
    }
    return (
      error ?? (isOver ? undefined : this.#endpoint.error("unavailable", "the next push sends the rest"))
    );
  }

  /**
   * Openings whose fate is unclear go before the values of their series, in a separate request. Those that were
   * first sent together have the same fate, and version 1.0 of Prometheus refuses a request as a whole.
   */
  #openFirst(): void {
    const [head] = this.queue;
    if (head?.kind !== "values" || this.#batch.isStale) return;
    const pending = head.entries.filter(({ opening = DUE }) => opening > head.openedUntil);
    if (!pending.length) return;
    const numbers = pending.map(({ opening = DUE }) => opening);
    head.openedUntil = (head.openings++ < MOST_OPENINGS ? Math.min : Math.max)(...numbers);
    const together = pending.filter(({ opening = DUE }) => opening <= head.openedUntil);
    this.queue.unshift(new Request("openings", together));
  }
}

function cut(entries: readonly Entry[], parts: number): Entry[][] {
  const size = Math.ceil(entries.length / parts);
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, i) =>
    entries.slice(i * size, (i + 1) * size),
  );
}
