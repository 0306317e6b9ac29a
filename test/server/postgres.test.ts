/**
 * Three servers over one PostgreSQL: one after the other is killed, one stands still for longer than its lease, the
 * database is restarted. `SOAK` is the length in seconds. Without it there are two servers and none stands still.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPostgres } from "@pushmeter/testkit/servers/postgres";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import { expect, it } from "vitest";
import { startEntry } from "./entry.ts";
import { Senders } from "./senders.ts";
import { startServer, TOKEN } from "./server.ts";
import { expectExact } from "./verdict.ts";

const SECONDS = Number(process.env.SOAK) || 4;
const IS_LONG = SECONDS >= 60;
const SERVERS = IS_LONG ? 3 : 2;
const SHARDS = SERVERS;
const KILLS = IS_LONG ? 9 : 1;
/** Longer than the lease, ms. */
const STALL = 15_000;

describeWithServers(`${SERVERS} servers on PostgreSQL in chaos`, ({ prometheus: file }) => {
  it(`count exactly for ${SECONDS} s`, { timeout: 400_000 }, async () => {
    const random = new Random();
    const prometheus = await startPrometheus(file);
    const postgres = await startPostgres();
    const options = ["--interval", "500ms", "--shards", `${SHARDS}`, "--store", postgres.store];
    const start = () => startServer(["--remote-write", prometheus.writeUrl, ...options]);
    const servers = await Promise.all(Array.from({ length: SERVERS }, start));
    const entry = await startEntry(
      servers.map(({ url }) => url),
      random,
    );
    const senders = new Senders({ url: `${entry.url}/v1/metrics`, token: TOKEN, random });
    let kills = 0;
    const events: { at: number; happens: () => Promise<void> }[] = [];
    const kill = (server: number) => async () => {
      kills++;
      await servers[server]?.restart();
    };
    for (let n = 0; n < KILLS; n++) events.push({ at: (n + 0.4) / KILLS, happens: kill(n % SERVERS) });
    events.push({ at: 0.7, happens: () => postgres.restart() });
    if (IS_LONG) {
      events.push({
        at: 0.5,
        async happens() {
          const pid = servers[2]?.pid as number;
          process.kill(pid, "SIGSTOP");
          await sleep(STALL);
          process.kill(pid, "SIGCONT");
        },
      });
    }
    events.sort((a, b) => a.at - b.at);
    let happening: Promise<void> = Promise.resolve();
    try {
      const started = Date.now();
      while (Date.now() < started + SECONDS * 1000) {
        senders.round();
        while (events[0] && Date.now() > started + events[0].at * SECONDS * 1000) {
          const { happens } = events.shift() as (typeof events)[0];
          happening = happening.then(happens);
        }
        await sleep(25);
      }
      await happening;
      await senders.end();
      const difference = await expectExact(prometheus, senders);
      console.info(
        `${senders.instances} instances, ${senders.logins} logins, ${kills} kills; ` +
          `increase ${(difference * 100).toFixed(2)} %`,
      );
      if (IS_LONG) expect(difference).toBeLessThan(0.02);
    } catch (error) {
      for (const { output } of servers) console.info(output);
      throw error;
    } finally {
      entry.close();
      await Promise.all(servers.map((server) => server.stop()));
      await postgres.stop();
      await prometheus.stop();
    }
  });
});
