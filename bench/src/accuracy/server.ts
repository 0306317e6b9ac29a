/** The Node server in simulated time, over real HTTP, with its totals in a file. It ends and starts again now and then. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AggregatorServer, startServer } from "@pushmeter/aggregator/node";
import type { Runtime } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { Simulation } from "./simulation.ts";
import type { Way } from "./way.ts";

/** Between two restarts, ms. */
const RESTART = 7 * 60_000;
const SHARDS = 2;

export async function served(url: string, simulation: Simulation, end: number): Promise<Way> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-accuracy-"));
  // What a timer begins holds time still until it is over.
  const runtime: Runtime = {
    now: () => simulation.now(),
    monotonic: () => simulation.monotonic(),
    random: () => simulation.random(),
    instanceId: () => simulation.instanceId(),
    fetch: (request) => simulation.fetch(request),
    timer: (ms, callback) =>
      simulation.timer(ms, () => void simulation.busy(Promise.resolve(callback() as unknown))),
  };
  const start = () =>
    startServer(
      {
        push: (clock) => remoteWrite({ url }, clock),
        port: 0,
        store: join(folder, "totals.db"),
        shards: SHARDS,
        log: () => {},
      },
      runtime,
    );
  let server: AggregatorServer = await start();
  const restart = async () => {
    await server.close();
    server = await start();
  };
  for (let time = simulation.now() + RESTART; time < end; time += RESTART) {
    simulation.at(time, () => void simulation.busy(restart()));
  }
  const send = (request: Request) => {
    const { pathname } = new URL(request.url);
    return simulation.busy(fetch(new Request(server.url + pathname, request)));
  };
  return {
    destination: () =>
      otlp({ url: "http://server/v1/metrics", temporality: "delta", fetch: send }, simulation),
    async stop() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
