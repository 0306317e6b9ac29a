import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { Process } from "@pushmeter/testkit/servers/process";
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { expect, it } from "vitest";

describeWithServers("deploy/vmagent.yaml", ({ prometheus: file }) => {
  it("makes one exact series of ten instances", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pushmeter-vmagent-"));
    const configuration = await readFile(join(import.meta.dirname, "../../deploy/vmagent.yaml"), "utf8");
    // Only faster.
    await writeFile(join(folder, "vmagent.yaml"), configuration.replace("interval: 15s", "interval: 1s"));
    const prometheus = await startPrometheus(file);
    const vmagent = await Process.start({
      file: await findProgram("VMAGENT_BIN"),
      args: ([port]) => [
        `-httpListenAddr=127.0.0.1:${port}`,
        `-streamAggr.config=${join(folder, "vmagent.yaml")}`,
        `-remoteWrite.tmpDataPath=${join(folder, "queue")}`,
        "-remoteWrite.forcePromProto",
        `-remoteWrite.url=${prometheus.writeUrl}`,
      ],
    });
    try {
      for (let instance = 0; instance < 10; instance++) {
        const push = remoteWrite({ url: `${vmagent.url}/api/v1/write` });
        const pushmeter = createPushmeter({ service: "courses", push });
        const logins = pushmeter.meter.createCounter("logins");
        const sizes = pushmeter.meter.createHistogram("sizes");
        for (let n = 0; n < 3; n++) {
          logins.add(2);
          sizes.record(1);
          expect(await pushmeter.flush()).toBe(true);
        }
      }
      for (const [metric, total] of [
        ["logins_total", 60],
        ["sizes_count", 30],
      ] as const) {
        const series = () => prometheus.query(`last_over_time(${metric}[1h])`);
        const [one] = await until(metric, series, (found) => found[0]?.value === total);
        expect(one?.labels).not.toHaveProperty("instance");
        expect(await series()).toHaveLength(1);
      }
    } finally {
      await vmagent.stop();
      await prometheus.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
