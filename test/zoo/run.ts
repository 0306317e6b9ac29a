/** One instance of the product, one receiver, one schedule: what was found wrong. */
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { type Delivery, FaultyProxy } from "@pushmeter/testkit/receivers/faulty-proxy";
import type { Receiver, Traits, Wire } from "@pushmeter/testkit/receivers/types";
import type { Schedule } from "./schedule.ts";
import { SimulatedRuntime } from "./simulated-runtime.ts";
import {
  compare,
  extrapolated,
  type Findings,
  falls,
  LOGINS,
  lastValues,
  selector,
  wrongZeros,
} from "./verdict.ts";
import { Workload } from "./workload.ts";

const MINUTE = 60_000;
/** Pushes after the last round, until one says that all is stored; the pauses between them, in minutes. */
const RECOVERY = [1, 1, 1, 2, 3, 3];
/** For a receiver that passes on what it takes. */
const PASSING_ON = 20_000;

export interface Run {
  readonly receiver: Receiver;
  readonly traits: Traits;
  readonly wire: Wire;
  readonly schedule: Schedule;
  /** No other run on this receiver has it. */
  readonly service: string;
  /** The wall clock's first time. */
  readonly start: number;
  /** What every idle time of the schedule is multiplied with. Default 1. */
  readonly pace?: number;
  readonly random: () => number;
}

export interface Outcome {
  readonly findings: Findings;
  /** What was found, in the order in which it happened. */
  readonly notes: readonly string[];
  readonly pushes: number;
  /** What `increase` says of what happened, as a share: 1 is right. */
  readonly increase: number | undefined;
}

export async function run({
  receiver,
  traits,
  wire,
  schedule,
  service,
  start,
  pace = 1,
  random,
}: Run): Promise<Outcome> {
  const url = receiver.endpoints[wire] as string;
  const proxy = await FaultyProxy.start(url);
  const runtime = new SimulatedRuntime({ start, random, isHanging: () => proxy.hanging > 0 });
  const began = traits.clock === "receiver" ? Date.now() - 1000 : start - 11 * MINUTE;
  const job = (wire === "OTLP" && traits.otlpJob) || "job";
  const errors: unknown[] = [];
  const notes: string[] = [];
  const findings: Findings = {
    lost: 0,
    double: 0,
    resets: 0,
    zeros: 0,
    requests: 0,
    silent: 0,
    alarms: 0,
    ahead: 0,
    growth: 0,
  };
  const pushmeter = createPushmeter(
    {
      service,
      push: destination(wire, proxy.through(url), receiver.headers, runtime),
      flush: "invocation",
      onError: (error) => errors.push(error),
    },
    runtime,
  );
  const workload = new Workload(pushmeter, random);
  /** A clock that was fast may have given samples later times than it shows now. */
  let latest = start;
  const end = () =>
    traits.clock === "receiver" ? Date.now() + 1000 : Math.max(latest, runtime.now()) + MINUTE;
  const stored = () => receiver.samples(selector(service, job), began, end());
  /** What is missing and what is too much; again and again while a receiver may still pass something on. */
  const difference = async (longest: number) => {
    const deadline = Date.now() + longest;
    for (;;) {
      const found = compare(lastValues(await stored()), workload.truth);
      if (!(found.lost + found.double) || Date.now() >= deadline) return found;
      await pause(50);
    }
  };
  /** A late push into a Pushgateway replaces a newer one: the protocol has no order. */
  const possible = (delivery: Delivery) =>
    delivery === "late" && wire === "Pushgateway" ? "store, then 504" : delivery;
  let pushes = 0;
  let isLimited = false;
  /** Something was told to onError: what stays wrong is not told again with every push. */
  let told = false;
  const push = async (name: string, undisturbed = true) => {
    const [requests, disturbed] = [proxy.requests, proxy.disturbed];
    errors.length = 0;
    const isStored = await runtime.until(pushmeter.flush());
    latest = Math.max(latest, runtime.now());
    pushes++;
    const count = proxy.requests - requests;
    findings.requests = Math.max(findings.requests, count);
    if (count > 10) notes.push(`${name}: ${count} requests`);
    // What is passed on is read at the end; what is scraped has to be seen before it is replaced.
    if (traits.delayed && traits.clock !== "receiver") return isStored;
    const { lost } = await difference(isStored && traits.delayed ? 5_000 : 0);
    told ||= errors.length > 0;
    const said = errors.map(String).join(" · ").slice(0, 300);
    if (isStored && lost) {
      findings.silent++;
      notes.push(`${name}: ${lost} missing, reported as stored`);
    } else if (!isStored && !lost && undisturbed && proxy.disturbed === disturbed && !traits.delayed) {
      findings.alarms++;
      notes.push(`${name}: all stored, reported as failed: ${said}`);
    } else if (!isStored && !told) {
      findings.silent++;
      notes.push(`${name}: failed without a word to onError`);
    }
    return isStored;
  };

  try {
    for (const [n, round] of schedule.rounds.entries()) {
      const { idle = 0, step = 0, births, longLabel, deliveries = [], rest = "pass", limits } = round;
      await runtime.idle(idle * pace);
      runtime.step(step);
      if (limits) {
        // What was set aside while they held is sent bit by bit.
        isLimited = true;
        await receiver.setLimits?.(limits);
      }
      // What it has not passed on is lost with it, and no sender can know.
      if (round.restart && traits.delayed) await pause(2_500);
      if (round.restart) await receiver.restart();
      workload.record(births, longLabel);
      proxy.queue = deliveries.map(possible);
      proxy.rest = possible(rest);
      await push(`round ${n + 1}`, !isLimited && !step);
      runtime.step(-step);
    }
    proxy.queue = [];
    proxy.rest = "pass";
    let isStored = false;
    for (const minutes of RECOVERY) {
      await runtime.idle(minutes * MINUTE * pace);
      workload.record();
      isStored = await push("recovery", false);
      if (isStored) break;
    }
    await runtime.idle(MINUTE * pace);
    workload.record();
    if (traits.collects) await pause(traits.collects);
    const last = traits.clock === "receiver" ? Date.now() : runtime.now();
    await push("last push");

    const { lost, double } = await difference(traits.delayed ? PASSING_ON : 0);
    const series = await stored();
    const first = runtime.instance(1);
    Object.assign(findings, { lost, double, resets: falls(series), zeros: wrongZeros(series, first) });
    const isThere = ([time]: readonly [number, number]) => time >= last && time < last + 10 * MINUTE;
    if (!series.some(({ samples }) => samples.some(isThere))) {
      findings.ahead++;
      notes.push("the last push stands at another time");
    }
    if (lost) notes.push(`${lost} lost`);
    if (double) notes.push(`${double} double`);
    for (const { labels, samples } of series) {
      if (!wrongZeros([{ labels, samples }], first) && !falls([{ labels, samples }])) continue;
      const values = samples.map(([time, value]) => `${value}@${((time - start) / 1000).toFixed(0)}s`);
      notes.push(`${labels.__name__}{${labels.result}}: ${values.join(" ").slice(0, 200)}`);
    }

    const total = [...workload.truth.values()].reduce((sum, count) => sum + count, 0);
    const logins = series.filter(({ labels }) => LOGINS.test(labels.__name__ ?? ""));
    const name = logins[0]?.labels.__name__;
    const subtracted = logins.reduce((sum, { samples }) => sum + grown(samples), 0);
    const shares = { subtraction: subtracted / total, increase: 1, anchored: 1 };
    let increase: number | undefined;
    if (receiver.query && name) {
      const to = end() + MINUTE;
      const from = began - MINUTE;
      const window = { from, to };
      const expected = logins.reduce((sum, { samples }) => sum + extrapolated(samples, window), 0);
      const ask = async (modifier: string) => {
        const query = `sum(increase(${name}{${job}="${service}"}[${to - from}ms]${modifier}))`;
        return (await receiver.query?.(query, to)) ?? 0;
      };
      const answer = await ask("");
      increase = answer / total;
      const right = traits.increase === "exact" ? total : (expected * total) / (subtracted || total);
      shares.increase = answer / right;
      if (traits.anchored) shares.anchored = (await ask(" anchored")) / total;
    }
    for (const [how, share] of Object.entries(shares)) {
      const error = Math.abs(share - 1);
      // Prometheus adds up in another order.
      if (error < 1e-9) continue;
      findings.growth = Math.max(findings.growth, error);
      notes.push(`growth by ${how}: ${(share * 100 - 100).toFixed(2)} %`);
    }
    return { findings, notes, pushes, increase };
  } finally {
    await proxy.stop();
    if (isLimited) await receiver.setLimits?.({});
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function grown(samples: readonly (readonly [number, number])[]): number {
  return (samples.at(-1)?.[1] ?? 0) - (samples[0]?.[1] ?? 0);
}

function destination(
  wire: Wire,
  url: string,
  headers: Readonly<Record<string, string>>,
  runtime: SimulatedRuntime,
) {
  const auth = Object.keys(headers).length ? { headers } : undefined;
  // A thread compresses, and would do so while simulated time jumps.
  const gzip = false;
  switch (wire) {
    case "OTLP":
      return otlp({ url, auth, gzip, temporality: "cumulative" }, runtime);
    case "Pushgateway":
      return pushgateway({ url, auth, gzip }, runtime);
    default: {
      const protocol = wire === "remote write auto" ? "auto" : "1.0";
      return remoteWrite({ url, auth, protocol }, runtime);
    }
  }
}
