/** Where no terminal is, as in CI: a line for each event, and one every few seconds for the pushes between. */
import type { PushRecord } from "../model/pushes.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { clock, count, duration, percent, rate, shortId } from "../view/format.ts";

/** Between two lines that sum up, ms. */
const INTERVAL = 5000;

export class Lines {
  readonly #write: (line: string) => void;
  readonly #snapshot: () => Snapshot;
  readonly #known = new Set<string>();
  #ended = 0;
  #summed = 0;
  #refusal = "";

  constructor(write: (line: string) => void, snapshot: () => Snapshot) {
    this.#write = write;
    this.#snapshot = snapshot;
  }

  /** A push has come. */
  pushed(push: PushRecord): void {
    const { time, wire, job, instance, status, reason } = push;
    if (status >= 300) {
      // The same refusal again and again is one line.
      if (this.#refusal !== reason) this.#write(`${clock(time)} refused ${status} ${wire}: ${reason}`);
      this.#refusal = reason;
      return;
    }
    this.#refusal = "";
    const id = `${job} ${instance}`;
    if (!this.#known.has(id)) {
      if (this.#known.size > 1000) this.#known.clear();
      this.#known.add(id);
      this.#write(`${clock(time)} born ${job} ${shortId(instance)}, pushes by ${wire}`);
    }
    if (time - this.#summed >= INTERVAL) this.sum(time);
  }

  /** The state in one line. */
  sum(now: number): void {
    this.#summed = now;
    const { requests, failed, p95, instances, pushes, sent, ...snapshot } = this.#snapshot();
    if (instances.ended > this.#ended)
      this.#write(`${clock(now)} ended ${instances.ended - this.#ended} instances`);
    this.#ended = instances.ended;
    const through = sent ? `sent ${count(sent.answered)}, ` : "";
    this.#write(
      `${clock(now)} ${through}counted ${count(requests)}, ${rate(snapshot.rate)}, ${percent(failed, requests)} failed, ` +
        `p95 ${duration(p95)}, ${count(pushes.accepted)} pushes, ${count(pushes.refused)} refused, ${count(instances.live)} instances live`,
    );
  }
}
