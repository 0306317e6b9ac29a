/** The order of events: start, invoke, end the environment, read, tell. */

import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { isInstalled, runtimeClient } from "@pushmeter/testkit/lambda/runtime-client";
import { differences } from "../../worker/demo/counts.ts";
import { Progress } from "../../worker/demo/progress.ts";
import { received } from "../../worker/demo/samples.ts";
import { ReceiverServer } from "../../worker/demo/server.ts";
import { bundle } from "./bundle.ts";
import { counted } from "./counted.ts";
import { report } from "./report.ts";
import { Traffic } from "./traffic.ts";

/** With it events of every kind are among the first four, so that a slow machine shows them all, too. */
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

/** Returns the exit status. @param resources - gets all that has to be ended. */
export async function demo(args: Arguments, resources: AsyncDisposableStack): Promise<number> {
  const progress = new Progress(process.stdout);
  if (!isInstalled()) progress.end("Compiling AWS's runtime interface client, once: about a minute");
  await runtimeClient();
  progress.update("Starting the example in a Lambda environment");
  const server = resources.use(await ReceiverServer.start());
  const lambda = new LocalLambda({
    directory: await bundle(),
    env: { REMOTE_WRITE_URL: `${server.url}/api/v1/write` },
  });
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
    const { counts, events } = counted(samples);
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
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const caller = median(durations.map(({ caller }) => caller)).toFixed(1);
  const billed = median(durations.map(({ billed }) => billed)).toFixed(1);
  return `Callers waited ${caller} ms (p50); with the push ${billed} ms are billed. Frozen ${freezes} times.\n`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
