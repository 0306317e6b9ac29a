/** One instance of the product, one receiver, one schedule: what was found wrong. */
import { setTimeout as pause } from "node:timers/promises";
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import type { Delivery } from "@pushmeter/testkit/faulty-proxy/deliveries";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import type { Receiver, StoredSeries, Traits } from "@pushmeter/testkit/receivers/types";
import type { Wire } from "@pushmeter/testkit/receivers/wires";
import { destination } from "./destination.ts";
import { Reading } from "./reading.ts";
import { FAR_AHEAD, type Round, type Schedule } from "./schedule.ts";
import { SimulatedRuntime } from "./simulated-runtime.ts";
import { type Findings, falls, noFindings, wrongZeros } from "./verdict.ts";
import { Workload } from "./workload.ts";

const MINUTE = 60_000;
/** Pushes after the last round, until one says that all is stored; the pauses between them, in minutes. */
const RECOVERY = [1, 1, 1, 2, 3, 3];
const MOST_REQUESTS = 10;
/** How long a receiver may take to pass on, ms: between two pushes, before a restart, at the end. */
const PASSING_ON = { scraped: 20_000, restart: 2_500, end: 20_000 };

export interface Run {
  readonly receiver: Receiver;
  readonly traits: Traits;
  readonly wire: Wire;
  readonly schedule: Schedule;
  /** No other run on this receiver has it. */
  readonly service: string;
  /** The wall clock's first time. */
  readonly start: number;
  /** What every idle time of the schedule is multiplied with. */
  readonly pace: number;
  readonly random: () => number;
}

export interface Outcome {
  readonly findings: Findings;
  /** What was found, in the order in which it happened. */
  readonly notes: readonly string[];
  readonly pushes: number;
  /** What `increase` says of what happened, as a share: 1 is right. */
  readonly increase: number | undefined;
  /** What the receiver says that it has dropped meanwhile. */
  readonly dropped: number;
}

export async function run(options: Run): Promise<Outcome> {
  const proxy = await FaultyProxy.start(options.receiver.endpoints[options.wire] as string);
  const { receiver } = options;
  const trial = new Trial(options, proxy);
  const dropped = (await receiver.dropped?.()) ?? 0;
  try {
    for (const [n, round] of options.schedule.rounds.entries()) await trial.round(n + 1, round);
    await trial.recover();
    const judgement = await trial.judge();
    return { ...judgement, dropped: ((await receiver.dropped?.()) ?? 0) - dropped };
  } finally {
    await proxy.stop();
    await trial.liftLimits();
  }
}

class Trial {
  readonly #run: Run;
  readonly #proxy: FaultyProxy;
  readonly #runtime: SimulatedRuntime;
  readonly #pushmeter: Pushmeter;
  readonly #workload: Workload;
  readonly #reading: Reading;
  readonly #findings = noFindings();
  readonly #notes: string[] = [];
  readonly #errors: unknown[] = [];
  /** The latest time that the clock has shown, and when the last push began. */
  #latest: number;
  #lastPush = 0;
  #pushes = 0;
  #limited = false;
  /** Something was told to `onError`: what stays wrong is not told again with every push. */
  #told = false;

  constructor(run: Run, proxy: FaultyProxy) {
    const { receiver, traits, wire, service, start, random } = run;
    this.#run = run;
    this.#proxy = proxy;
    this.#latest = start;
    this.#runtime = new SimulatedRuntime({ start, random, isHanging: () => proxy.hanging > 0 });
    const url = proxy.through(receiver.endpoints[wire] as string);
    this.#pushmeter = createPushmeter(
      {
        service,
        push: destination(wire, url, receiver.headers, this.#runtime),
        flush: "invocation",
        onError: (error) => this.#errors.push(error),
      },
      this.#runtime,
    );
    this.#workload = new Workload(this.#pushmeter, random);
    const isReal = traits.clock === "receiver";
    this.#reading = new Reading(receiver, traits, {
      service,
      job: (wire === "OTLP" && traits.otlpJob) || "job",
      truth: this.#workload.truth,
      from: isReal ? Date.now() - 1000 : start - 11 * MINUTE,
      to: () => (isReal ? Date.now() + 1000 : Math.max(this.#latest, this.#runtime.now()) + MINUTE),
    });
  }

  async round(n: number, round: Round): Promise<void> {
    const { idle = 0, step = 0, births, longLabel, deliveries = [], rest = "pass", limits, restart } = round;
    const { receiver, traits, pace } = this.#run;
    await this.#runtime.idle(idle * pace);
    // What is refused because of the clock is lost together with what it is passed on with.
    const isLostAlone = traits.delayed && step > FAR_AHEAD;
    if (isLostAlone) await pause(PASSING_ON.restart);
    this.#runtime.step(step);
    if (limits) {
      this.#limited = true;
      await receiver.setLimits?.(limits);
    }
    // What it has not passed on is lost with it, and no sender can know.
    if (restart && traits.delayed) await pause(PASSING_ON.restart);
    if (restart) await receiver.restart();
    this.#workload.record(births, longLabel);
    this.#proxy.queue = deliveries.map((delivery) => this.#possible(delivery));
    this.#proxy.rest = this.#possible(rest);
    // What was set aside under limits is sent bit by bit: a push may be incomplete though these counters are not.
    await this.#push(`round ${n}`, !this.#limited && !step);
    if (isLostAlone) await pause(PASSING_ON.restart);
    this.#runtime.step(-step);
  }

  /** Nothing goes wrong any more; the last push has to say so. */
  async recover(): Promise<void> {
    const { traits, pace } = this.#run;
    this.#proxy.queue = [];
    this.#proxy.rest = "pass";
    for (const minutes of RECOVERY) {
      await this.#runtime.idle(minutes * MINUTE * pace);
      this.#workload.record();
      if (await this.#push("recovery", false)) break;
    }
    await this.#runtime.idle(MINUTE * pace);
    this.#workload.record();
    if (traits.collects) await pause(traits.collects);
    this.#lastPush = traits.clock === "receiver" ? Date.now() : this.#runtime.now();
    await this.#push("last push", true);
  }

  async judge(): Promise<Omit<Outcome, "dropped">> {
    const { lost, double } = await this.#reading.difference(this.#run.traits.delayed ? PASSING_ON.end : 0);
    const first = this.#runtime.instance(1);
    const isWhereItBelongs = ([time]: readonly [number, number]) =>
      time >= this.#lastPush && time < this.#lastPush + 10 * MINUTE;
    const isThere = (stored: readonly StoredSeries[]) =>
      stored.some(({ samples }) => samples.some(isWhereItBelongs));
    let stored = await this.#reading.stored();
    // Where the last push changed nothing, what was passed on before it looks the same.
    const deadline = Date.now() + (this.#run.traits.delayed ? PASSING_ON.end : 0);
    while (!isThere(stored) && Date.now() < deadline) {
      await pause(50);
      stored = await this.#reading.stored();
    }
    const ahead = isThere(stored) ? 0 : 1;
    if (lost) this.#notes.push(`${lost} lost`);
    if (double) this.#notes.push(`${double} double`);
    if (ahead) this.#notes.push("the last push stands at another time");
    for (const { labels, samples } of stored) {
      if (!wrongZeros([{ labels, samples }], first) && !falls([{ labels, samples }])) continue;
      const values = samples.map(
        ([time, value]) => `${value}@${Math.round((time - this.#run.start) / 1000)}s`,
      );
      this.#notes.push(`${labels.__name__}{${labels.result}}: ${values.join(" ").slice(0, 200)}`);
    }
    const { plainIncrease: increase, ...shares } = await this.#reading.growth(stored);
    let growth = 0;
    for (const [how, share] of Object.entries(shares)) {
      // No growth at all makes no share.
      const error = Number.isFinite(share) ? Math.abs(share - 1) : Number.MAX_VALUE;
      // Prometheus adds up in another order.
      if (error < 1e-9) continue;
      growth = Math.max(growth, error);
      this.#notes.push(`growth by ${how}: ${(share * 100 - 100).toFixed(2)} %`);
    }
    const found = { lost, double, ahead, growth, resets: falls(stored), zeros: wrongZeros(stored, first) };
    return {
      findings: { ...this.#findings, ...found },
      notes: this.#notes,
      pushes: this.#pushes,
      increase,
    };
  }

  async liftLimits(): Promise<void> {
    if (this.#limited) await this.#run.receiver.setLimits?.({});
  }

  /** @param undisturbed - nothing but the network can be the reason if it fails. */
  async #push(name: string, undisturbed: boolean): Promise<boolean> {
    const { traits } = this.#run;
    const [requests, disturbed] = [this.#proxy.requests, this.#proxy.disturbed];
    this.#errors.length = 0;
    const isStored = await this.#runtime.until(this.#pushmeter.flush());
    this.#pushes++;
    this.#latest = Math.max(this.#latest, this.#runtime.now());
    this.#told ||= this.#errors.length > 0;
    const count = this.#proxy.requests - requests;
    this.#findings.requests = Math.max(this.#findings.requests, count);
    if (count > MOST_REQUESTS) this.#notes.push(`${name}: ${count} requests`);
    // What is passed on is read at the end; what is scraped has to be seen before the next push replaces it.
    if (traits.delayed && traits.clock !== "receiver") return isStored;
    const isCalm = undisturbed && this.#proxy.disturbed === disturbed && !traits.delayed;
    const isToBeRead = isStored || isCalm;
    const longest = isStored && traits.delayed ? PASSING_ON.scraped : 0;
    const { lost } = isToBeRead ? await this.#reading.difference(longest) : { lost: 0 };
    if (isStored && lost) {
      this.#findings.silent++;
      this.#notes.push(`${name}: ${lost} missing, reported as stored`);
    } else if (!isStored && !lost && isCalm) {
      this.#findings.alarms++;
      const said = this.#errors.map(String).join(" · ").slice(0, 300);
      this.#notes.push(`${name}: all stored, reported as failed: ${said}`);
    } else if (!isStored && !this.#told) {
      this.#findings.silent++;
      this.#notes.push(`${name}: failed without a word to onError`);
    }
    return isStored;
  }

  /** A late push into a Pushgateway replaces a newer one, for the protocol has no order: it is answered late only. */
  #possible(delivery: Delivery): Delivery {
    return delivery === "late" && this.#run.wire === "Pushgateway" ? "store, then 504" : delivery;
  }
}
