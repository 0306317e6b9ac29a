/** The steps of the demo: start, send, wait for the last push, read, report. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { counted } from "@pushmeter/testkit/demo/counted";
import { differences } from "@pushmeter/testkit/demo/counts";
import type { Sample } from "@pushmeter/testkit/demo/samples";
import { Progress } from "@pushmeter/testkit/progress";
import { AggregatorServer } from "./aggregator.ts";
import type { Arguments } from "./arguments.ts";
import { DevServer } from "./dev-server.ts";
import { Instance, type Wire } from "./instance.ts";
import { ofRun, queried } from "./queried.ts";
import { aggregated, report } from "./report.ts";
import { introduction, NEXT, queries, sentTable } from "./texts.ts";
import { Traffic } from "./traffic.ts";

const SEED = 1;
/** Enough to show what an aggregator is for. */
const AGGREGATED_INSTANCES = 4;
/** How long an aggregator may take until its next push has succeeded, ms. */
const LONGEST_PUSH = 20_000;
/** How long a Prometheus may take to scrape a Pushgateway, ms: its default interval is a minute. */
const LONGEST_SCRAPE = 90_000;

/**
 * Returns the exit status.
 *
 * @param resources - gets all that has to be ended.
 */
export async function demo(args: Arguments, resources: AsyncDisposableStack): Promise<number> {
  const progress = new Progress(process.stdout);
  const run = randomBytes(4).toString("hex");
  /** What the workers wrote to `console.error`, each line once. */
  const errors = new Set<string>();

  progress.update("Starting the example in workerd");
  const server = args.remoteWrite || args.pushgateway ? undefined : await DevServer.start(resources);
  if (server) progress.end(`Watch it live: ${server.url}`);
  const script = await bundleWorker({ file: join(import.meta.dirname, "../src/index.ts") });
  const aggregator =
    server && args.aggregator ? await AggregatorServer.start(server.writeUrl, resources) : undefined;
  const instances: Instance[] = [];
  for (const { wire, url } of destinations(args, server, aggregator?.url)) {
    const onError = (line: string) => errors.add(line);
    const options = { wire, url, run, onError, token: aggregator?.token };
    instances.push(await Instance.start(script, options, resources));
  }
  progress.end(introduction(instances, server !== undefined));

  const traffic = new Traffic(instances, SEED);
  const took = await traffic.run(args.seconds, (seconds) =>
    progress.update(`Sending requests: ${traffic.requests} in ${seconds.toFixed(0)} of ${args.seconds} s`),
  );
  progress.end(`Sent ${traffic.requests} requests in ${took.toFixed(0)} s, chosen with seed ${SEED}.`);
  await traffic.settle((seconds) =>
    progress.update(`Waiting for the last pushes, one every 5 s: ${seconds.toFixed(0)} s`),
  );
  progress.end("The last push is over.");

  let samples: Sample[] | undefined;
  if (server && aggregator) await aggregatorPush(server, traffic, progress);
  if (server) samples = await server.received();
  else if (args.prometheus) samples = await readBack(args.prometheus, run, traffic, progress);
  say(samples ? `\nReceived:\n\n${report(samples)}\n` : `\n${sentTable(traffic.sent)}\n`);

  if (aggregator && samples) say(`${aggregated(samples, (await aggregator.status()).instances)}\n`);

  if (errors.size) say(["The workers reported:", ...errors].join("\n  "));
  if (args.check && samples) return check(traffic, samples);
  if (errors.size) return 1;
  if (!server) say(`${queries(run)}\n`);
  say(NEXT);
  return 0;
}

/** Two instances, one on each wire; on the same wire if only one has a server. */
function destinations(
  args: Arguments,
  embedded: DevServer | undefined,
  aggregator: string | undefined,
): { wire: Wire; url: string }[] {
  if (aggregator) return Array(AGGREGATED_INSTANCES).fill({ wire: "aggregator", url: aggregator });
  const remoteWrite = embedded?.writeUrl ?? args.remoteWrite;
  const pushgateway = embedded?.url ?? args.pushgateway;
  const given: { wire: Wire; url: string }[] = [];
  if (remoteWrite) given.push({ wire: "remote write", url: remoteWrite });
  if (pushgateway) given.push({ wire: "Pushgateway", url: pushgateway });
  return given.length === 1 ? [...given, ...given] : given;
}

/** Waits for the aggregator's next push. */
async function aggregatorPush(server: DevServer, traffic: Traffic, progress: Progress): Promise<void> {
  const deadline = performance.now() + LONGEST_PUSH;
  while (performance.now() < deadline) {
    if (!differences(traffic.sent, counted(await server.received()).counts).length) break;
    progress.update("Waiting for the aggregator's next push, one every 5 s");
    await sleep(100);
  }
  progress.end("The aggregator has pushed.");
}

/** Asks until all has arrived or a scrape must have happened. */
async function readBack(
  prometheus: string,
  run: string,
  traffic: Traffic,
  progress: Progress,
): Promise<Sample[]> {
  const deadline = performance.now() + LONGEST_SCRAPE;
  for (;;) {
    const samples = await queried(prometheus, ofRun('{job="courses"}', run));
    const missing = differences(traffic.sent, counted(samples).counts).length;
    if (!missing || performance.now() > deadline) {
      progress.end(`Read back from ${new URL(prometheus).origin}.`);
      return samples;
    }
    progress.update(`Reading back from Prometheus: ${missing} counts are not there yet`);
    await sleep(500);
  }
}

function check(traffic: Traffic, samples: readonly Sample[]): number {
  const { counts, requests } = counted(samples);
  const wrong = differences(traffic.sent, counts);
  for (const sentence of wrong) say(`WRONG: ${sentence}`);
  if (!wrong.length) say("Every count is right, by route, method and status, by trigger and by login:");
  say(`${traffic.requests} requests sent, ${requests} counted`);
  return wrong.length ? 1 : 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
