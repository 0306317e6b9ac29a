/** Pushes as they come: the newest one by one, all of them as numbers. */
import { Seconds } from "./seconds.ts";

const KEPT = 100;

export interface PushRecord {
  /** Ascends by one. */
  readonly id: number;
  /** Of receipt, ms since the epoch. */
  readonly time: number;
  readonly wire: string;
  readonly job: string;
  readonly instance: string;
  readonly series: number;
  readonly samples: number;
  /** Of the body as it was sent. */
  readonly bytes: number;
  readonly status: number;
  /** Why it was refused; empty if it was not. */
  readonly reason: string;
}

export class Pushes {
  accepted = 0;
  refused = 0;
  bytes = 0;
  /** When the first one came, ms since the epoch. */
  first = 0;
  samples = 0;
  readonly #newest: PushRecord[] = [];
  readonly #accepted = new Seconds();
  readonly #refused = new Seconds();

  add(push: Omit<PushRecord, "id">): PushRecord {
    const { status, time, bytes, samples } = push;
    const isAccepted = status < 300;
    this.first ||= time;
    if (isAccepted) {
      this.accepted++;
      this.samples += samples;
    } else this.refused++;
    this.bytes += bytes;
    (isAccepted ? this.#accepted : this.#refused).add(1, time, time);
    const record = { ...push, id: this.accepted + this.refused };
    this.#newest.push(record);
    if (this.#newest.length > KEPT) this.#newest.shift();
    return record;
  }

  /** The newest first. */
  newest(count: number): PushRecord[] {
    return this.#newest.slice(-count).reverse();
  }

  /** Accepted and refused ones of one second. */
  at(second: number): readonly [accepted: number, refused: number] {
    return [this.#accepted.at(second), this.#refused.at(second)];
  }
}
