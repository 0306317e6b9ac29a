/** `pushmeter doctor` against a real Prometheus and against projects. `npm run doctor:table` has all receivers. */

import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { describe, expect, it } from "vitest";
import { HEALTHY_PROJECTS, PROJECTS, start } from "./projects.ts";
import { BROKEN } from "./receivers.ts";
import { runDoctor, type SetUp } from "./run.ts";

/** The quick ones of the table. */
const QUICK = ["no path", "login page", "http for https", "native histograms, Prometheus 3.5"];

async function verdictOf(setUp: SetUp) {
  try {
    return await runDoctor(setUp);
  } finally {
    await setUp.stop?.();
  }
}

describeWithServers("pushmeter doctor, before Prometheus", ({ prometheus }) => {
  it("finds nothing wrong, reads its canary back and ends it", async () => {
    const server = await startPrometheus(prometheus);
    try {
      const { findings, facts } = await runDoctor({ args: [server.writeUrl] });
      expect(findings).toEqual([]);
      expect(facts).toMatchObject({
        "remote write 2.0": "yes",
        canary: expect.stringContaining("read back"),
      });
      expect(await server.query('{job="pushmeter_doctor"}', Date.now() + 1000)).toEqual([]);
      expect(await server.queryRange('{job="pushmeter_doctor"}[5m]', Date.now() + 1000)).not.toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it.each(
    BROKEN.filter(({ title }) => QUICK.some((one) => title.includes(one))).map(
      (one) => [one.title, one] as const,
    ),
  )("%s: names it with its fix", async (_, { code, fix, start }) => {
    const verdict = await verdictOf(await start({ PROMETHEUS_BIN: prometheus } as never));
    expect(verdict.findings).toEqual([expect.objectContaining({ code, fix: expect.stringMatching(fix) })]);
    expect(verdict.status).toBe(1);
  });
});

describe("pushmeter doctor, in a Worker's folder", () => {
  it.each(PROJECTS.map((one) => [one.title, one] as const))(
    "%s: names it with its fix",
    async (_, project) => {
      const verdict = await verdictOf(await start(project));
      expect(verdict.findings).toEqual([
        expect.objectContaining({ code: project.code, fix: expect.stringMatching(project.fix) }),
      ]);
      expect(verdict.output).not.toContain("tok-3kXw9Zq1Lm8Vb2Nc");
    },
  );

  it.each(Object.entries(HEALTHY_PROJECTS))("%s: nothing is wrong", async (_, project) => {
    const verdict = await verdictOf(await start(project));
    expect(verdict.findings).toEqual([]);
  });
});
