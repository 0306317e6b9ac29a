/** The steps of the demo: start, invoke, end the environment, read, report. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { counted } from "@pushmeter/testkit/demo/counted";
import { differences } from "@pushmeter/testkit/demo/counts";
import { received } from "@pushmeter/testkit/demo/samples";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { runtimeClient } from "@pushmeter/testkit/lambda/runtime-client";
import { Progress } from "@pushmeter/testkit/progress";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { median } from "@pushmeter/testkit/statistics";
import { report } from "./report.ts";
import { Traffic } from "./traffic.ts";

const EXAMPLE = join(import.meta.dirname, "../src/index.ts");
/** With this seed the first four events are of every kind, so that a slow machine sends them all. */
const SEED = 46;

const NEXT = `What to do next:
  npm run demo:lambda -- --check
    proves that exactly what was sent has been counted
  examples/lambda/src/metrics.ts, examples/lambda/src/index.ts, examples/lambda/template.yaml
    the code to copy from`;

export interface Arguments {
  readonly seconds: number;
  readonly check: boolean;
}

/**
 * Returns the exit status.
 *
 * @param resources - gets all that has to be ended.
 */
export async function demo(args: Arguments, resources: AsyncDisposableStack): Promise<number> {
  const progress = new Progress(process.stdout);
  await runtimeClient(() => progress.end("Compiling AWS's runtime interface client, once: about a minute"));
  progress.update("Starting the example in a Lambda environment");
  const server = resources.use(await ReceiverServer.start());
  const directory = await bundleLambda({ file: EXAMPLE }, { minify: true });
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const lambda = new LocalLambda({ directory, env: { REMOTE_WRITE_URL: server.writeUrl } });
  resources.defer(() => lambda.stop());
  const environment = await lambda.environment();
  progress.end(
    "A course catalogue in Hono as a Lambda, under AWS's runtime interface client, frozen between events.\n" +
      "It pushes after each response, by remote write, to a receiver inside this demo.",
  );

  const traffic = new Traffic(lambda);
  await traffic.run(args.seconds, SEED, (seconds) =>
    progress.update(`Sending events: ${traffic.events} in ${seconds.toFixed(0)} of ${args.seconds} s`),
  );
  progress.end(`Sent ${traffic.events} events in ${args.seconds} s, chosen with seed ${SEED}.`);
  await lambda.stop();

  const samples = received(server.receiver);
  say(`\nReceived:\n\n${report(samples)}\n`);
  say(waits(traffic, environment.freezes));
  if (environment.output.trim()) say(`The function wrote:\n${environment.output}`);
  if (args.check) {
    const { counts, requests, invocations } = counted(samples);
    const events = requests + invocations;
    const wrong = differences(traffic.sent, counts);
    for (const sentence of wrong) say(`WRONG: ${sentence}`);
    if (!wrong.length)
      say("Every count is right, by route, method and status, by trigger, record and login:");
    say(`${traffic.events} events sent, ${events} counted`);
    return wrong.length || traffic.events !== events ? 1 : 0;
  }
  say(NEXT);
  return 0;
}

function waits({ durations }: Traffic, freezes: number): string {
  const caller = median(durations.map(({ caller }) => caller)).toFixed(1);
  const billed = median(durations.map(({ billed }) => billed)).toFixed(1);
  return `Callers waited ${caller} ms (p50); with the push ${billed} ms are billed. Frozen ${freezes} times.\n`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
