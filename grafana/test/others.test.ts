/**
 * What docs/querying.md says of Mimir, Thanos and Cortex, from these themselves: which dialects they answer, and
 * that the answers are right.
 */

import { seeded } from "@pushmeter/testkit/random";
import { startCortex } from "@pushmeter/testkit/receivers/cortex";
import { startMimir } from "@pushmeter/testkit/receivers/mimir";
import { findPrograms } from "@pushmeter/testkit/receivers/programs";
import { startThanos } from "@pushmeter/testkit/receivers/thanos";
import type { Receiver } from "@pushmeter/testkit/receivers/types";
import { writeRequest } from "@pushmeter/testkit/receivers/write-request";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HTTP } from "../src/names.ts";
import { anchored, type Dialect, subtract } from "../src/query/dialect.ts";
import { observations } from "../src/query/growing.ts";
import { Queries } from "../src/query/queries.ts";
import { type Delivery, direct } from "../traffic/deliveries.ts";
import { sparse } from "../traffic/shapes.ts";
import { heard, quantile } from "./truth.ts";

const MINUTE = 60_000;
const SERVICE = "sparse";
/** Receivers that take samples in order only refuse what is an hour older than their newest. */
const HISTORY = 55 * MINUTE;

interface Other {
  readonly name: string;
  readonly program: "MIMIR_BIN" | "THANOS_BIN" | "CORTEX_BIN";
  readonly start: (file: string) => Promise<Receiver>;
  /** Whether it answers `increase(x[w] anchored)`. */
  readonly anchored: boolean;
}

const OTHERS: readonly Other[] = [
  { name: "Mimir with its flag", program: "MIMIR_BIN", start: (file) => startMimir(file), anchored: true },
  {
    name: "Mimir",
    program: "MIMIR_BIN",
    start: (file) => startMimir(file, { enabled_promql_extended_range_selectors: "" }),
    anchored: false,
  },
  { name: "Thanos", program: "THANOS_BIN", start: startThanos, anchored: false },
  {
    name: "Cortex",
    program: "CORTEX_BIN",
    start: (file) => startCortex(file, { version2: false }),
    anchored: false,
  },
];

/** Minute by minute, so that no sample is older than one before it. */
async function write(receiver: Receiver, { series }: Delivery, begin: number, end: number): Promise<void> {
  const url = receiver.endpoints["remote write 1.0"] ?? "";
  for (let from = begin; from < end; from += MINUTE) {
    const part = series.flatMap(({ labels, samples }) => {
      const some = samples.filter(([time]) => time >= from && time < from + MINUTE);
      return some.length ? [{ labels, samples: some.map(([time, value]) => ({ time, value })) }] : [];
    });
    if (!part.length) continue;
    const request = writeRequest("1.0", part);
    const headers = { ...(request.headers as Record<string, string>), ...receiver.headers };
    const response = await fetch(url, { ...request, headers });
    expect(response.ok, await response.text()).toBe(true);
  }
}

const programs = await findPrograms(OTHERS.map(({ program }) => ({ programs: [program] })));

for (const { name, program, start, anchored: isAnchored } of OTHERS) {
  const file = programs[program];
  if (!file) console.warn(`skipped: ${name}: name its file in ${program}`);
  describe.skipIf(!file)(name, () => {
    const end = Math.floor(Date.now() / MINUTE) * MINUTE;
    const begin = end - HISTORY;
    const delivery = direct(SERVICE, sparse(begin, end - MINUTE, seeded(7)), begin, end);
    let receiver: Receiver;

    beforeAll(async () => {
      receiver = await start(file ?? "");
      await write(receiver, delivery, begin, end);
    });
    afterAll(() => receiver?.stop());

    const ask = async (expr: string) => receiver.query?.(expr, end);
    const queries = (dialect: Dialect) =>
      new Queries({ dialect, matchers: [`job="${SERVICE}"`], gateway: 'job=""', restarted: "()" });
    const requests = (dialect: Dialect, window: string) =>
      ask(queries(dialect).growth(observations(HTTP), "", window));

    it.each(["5m", "30m"])("counts sparse requests of %s in the dialect subtract", async (window) => {
      const truth = heard(delivery.calls, end, Number.parseInt(window, 10) * MINUTE).length;
      expect(truth).toBeGreaterThan(50);
      expect(await requests(subtract, window)).toBe(truth);
    });

    it(isAnchored ? "counts them in the dialect anchored" : "refuses the dialect anchored", async () => {
      const counted = requests(anchored, "30m");
      if (!isAnchored) return expect(counted).rejects.toThrow(/not enabled|unexpected|parse/i);
      return expect(counted).resolves.toBe(heard(delivery.calls, end, 30 * MINUTE).length);
    });

    it("knows percentiles in the dialect subtract", async () => {
      const said = await ask(queries(subtract).quantile(0.95, HTTP, [], "", "30m"));
      expect(said).toBeCloseTo(quantile(0.95, heard(delivery.calls, end, 30 * MINUTE)), 6);
    });

    it("counts more than there were with plain increase", async () => {
      const plain = await ask(`sum(increase(${HTTP}_count{job="${SERVICE}"}[30m]))`);
      expect(plain).toBeGreaterThan(heard(delivery.calls, end, 30 * MINUTE).length * 1.02);
    });
  });
}
