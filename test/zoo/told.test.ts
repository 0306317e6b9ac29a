/** What a receiver drops after it has acknowledged it, no sender can see: its own metric tells, and the guide names it. */
import { createPushmeter } from "@pushmeter/sdk";
import { until } from "@pushmeter/testkit/poll";
import { seeded } from "@pushmeter/testkit/random";
import { GUIDES, kindsOf } from "@pushmeter/testkit/receivers/guides";
import { findPrograms, missingPrograms, type Programs } from "@pushmeter/testkit/receivers/programs";
import { ZOO } from "@pushmeter/testkit/receivers/zoo";
import { beforeAll, describe, expect, it } from "vitest";
import { destination } from "./destination.ts";
import { SimulatedRuntime } from "./simulated-runtime.ts";

const DAY = 86_400_000;
const TELLING = ZOO.filter(({ traits }) => traits.dropsFuture);

let programs: Programs = {};
beforeAll(async () => {
  programs = await findPrograms(TELLING);
}, 300_000);

describe.each(TELLING.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  const { tells = "" } = kind.traits;
  const [wire = "OTLP"] = kind.wires;

  it("counts what it drops in its own metric", async ({ skip }) => {
    const missing = missingPrograms(kind, programs).join(" and ");
    if (missing) return skip(`set ${missing}`);
    const receiver = await kind.start(programs);
    try {
      const runtime = new SimulatedRuntime({
        start: Date.now() + DAY,
        random: seeded(1),
        isHanging: () => false,
      });
      const push = destination(wire, receiver.endpoints[wire] as string, receiver.headers, runtime);
      const pushmeter = createPushmeter({ service: "told", push, flush: "invocation" }, runtime);
      pushmeter.meter.createCounter("logins").add(1);
      expect(await receiver.dropped?.()).toBe(0);
      expect(await runtime.until(pushmeter.flush())).toBe(true);
      const dropped = async () => (await receiver.dropped?.()) ?? 0;
      expect(await until(tells, dropped, (count) => count > 0)).toBeGreaterThan(0);
      expect(await receiver.samples('{job="told"}', Date.now() - DAY, Date.now() + 2 * DAY)).toEqual([]);
    } finally {
      await receiver.stop();
    }
  });

  it("is described with that metric", () => {
    const [guide] = GUIDES.filter((guide) => kindsOf(guide, [kind]).length);
    expect(guide?.own.join("\n")).toContain(`\`${tells}\``);
  });
});
