/**
 * `npm run dev:load`: 2,000 requests a second for a minute, by ten instances over every wire, into a `pushmeter dev` that a
 * page listens to. Ends with status 1 if a request is not counted or the process needs 200 MB. `--seconds N`, `--rate N`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SeededRandom } from "@pushmeter/testkit/random";
import { mostMemory, seen, startDev } from "./dev.ts";
import { Instance, WIRES } from "./fleet.ts";

const MOST_MEMORY = 200e6;
const INSTANCES_PER_WIRE = 2;
/** Between two batches of requests, ms. */
const TICK = 20;

const { values } = parseArgs({ options: { seconds: { type: "string" }, rate: { type: "string" } } });
const [seconds, rate] = [Number(values.seconds ?? 60), Number(values.rate ?? 2000)];

const dev = await startDev();
try {
  const closing = new AbortController();
  const page = await fetch(`${dev.url}/live/events`, { signal: closing.signal });
  let events = 0;
  const reading = (async () => {
    for await (const chunk of page.body ?? [])
      events += Buffer.from(chunk).toString().split("data: ").length - 1;
  })().catch(() => {});

  const random = new SeededRandom(1);
  const instances = Object.values(WIRES).flatMap((destination) =>
    Array.from({ length: INSTANCES_PER_WIRE }, () => new Instance(destination(dev.url), random)),
  );
  const start = performance.now();
  let sent = 0;
  while (sent < seconds * rate) {
    const due = Math.min(((performance.now() - start) / 1000) * rate, seconds * rate);
    const requests: Promise<void>[] = [];
    for (; sent < due; sent++) requests.push((instances[sent % instances.length] as Instance).request());
    await Promise.all(requests);
    await sleep(TICK);
  }
  const took = (performance.now() - start) / 1000;
  for (const instance of instances) await instance.end();
  const { requests, pushes, series, evicted } = await seen(dev.url);
  const memory = await mostMemory(dev.pid as number);
  closing.abort();
  await reading;
  console.log(
    `${sent} requests sent in ${took.toFixed(1)} s (${(sent / took).toFixed(0)}/s), ${requests} counted`,
  );
  console.log(
    `${pushes.accepted} pushes, ${pushes.refused} refused; ${series} series, ${evicted} evicted; ${events} events to the page`,
  );
  console.log(`pushmeter dev: at most ${(memory / 1e6).toFixed(0)} MB`);
  if (requests !== sent || memory >= MOST_MEMORY) process.exitCode = 1;
} finally {
  await dev.stop();
}
