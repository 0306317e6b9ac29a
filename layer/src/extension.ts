/**
 * The external extension: a process beside the function's that lives as long as the environment. It counts what the
 * platform says of each invocation, and pushes once, when the environment ends.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Api } from "./api.ts";
import { Platform, type PlatformEvent } from "./platform.ts";
import { fromEnvironment } from "./pushmeter.ts";

/** The last report comes after the environment's end. How long to wait for it, ms, of the 2,000 that there are. */
const LONGEST_WAIT = 500;
const POLL = 20;

const pushmeter = fromEnvironment(process.env);
const platform = new Platform(pushmeter.meter);
const api = new Api(process.env.AWS_LAMBDA_RUNTIME_API ?? "");

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  try {
    for (const event of JSON.parse(body) as PlatformEvent[]) platform.add(event);
  } catch (error) {
    console.error(`pushmeter: telemetry that is not understood: ${error}`);
  }
  response.end();
});
await api.register();
// The platform sends to the sandbox's own network.
server.listen(0, "0.0.0.0");
await once(server, "listening");
await api.subscribe((server.address() as AddressInfo).port);
await api.ended();
for (let waited = 0; platform.isOpen && waited < LONGEST_WAIT; waited += POLL) await sleep(POLL);
await pushmeter.shutdown();
process.exit(0);
