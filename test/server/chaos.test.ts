/** The server on SQLite, killed every few seconds, while pushes get lost. `SOAK` is the length in seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import { expect, it } from "vitest";
import { startEntry } from "./entry.ts";
import { Senders } from "./senders.ts";
import { startServer, TOKEN } from "./server.ts";
import { expectExact } from "./verdict.ts";

const SECONDS = Number(process.env.SOAK) || 3;
/** Between two kills, s. */
const KILL = SECONDS >= 60 ? 3 : 1.5;

describeWithServers("the server on SQLite in chaos", ({ prometheus: file }) => {
  it(`counts exactly for ${SECONDS} s, killed every ${KILL} s`, { timeout: 300_000 }, async () => {
    const random = new Random();
    const prometheus = await startPrometheus(file);
    const out = await FaultyProxy.start(prometheus.url);
    const url = out.through(prometheus.writeUrl);
    const server = await startServer(["--remote-write", url, "--interval", "500ms", "--shards", "2"]);
    const entry = await startEntry([server.url], random);
    const senders = new Senders({ url: `${entry.url}/v1/metrics`, token: TOKEN, random });
    let kills = 0;
    let restarting: Promise<void> = Promise.resolve();
    try {
      const started = Date.now();
      while (Date.now() < started + SECONDS * 1000) {
        senders.round();
        if (random.next() < 0.02) await out.fail(random.pick(["lose the answer", "500", "down"] as const));
        else if (random.next() < 0.1) await out.work();
        if (Date.now() > started + (kills + 0.5) * KILL * 1000) {
          kills++;
          restarting = restarting.then(() => server.restart());
        }
        await sleep(20);
      }
      await restarting;
      await out.work();
      await senders.end();
      const difference = await expectExact(prometheus, senders);
      console.info(
        `${senders.instances} instances, ${senders.logins} logins, ${kills} kills; ` +
          `increase ${(difference * 100).toFixed(2)} %`,
      );
      if (SECONDS >= 60) expect(difference).toBeLessThan(0.02);
    } finally {
      entry.close();
      await server.stop();
      await out.stop();
      await prometheus.stop();
    }
  });
});
