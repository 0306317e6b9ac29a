/** Thanos: receive, which takes pushes, and query, which reads them, as two processes. */
import { join } from "node:path";
import { until } from "../poll.ts";
import { Process } from "../servers/process.ts";
import { afterRestart, promql } from "./promql.ts";
import type { Receiver } from "./types.ts";
import { remoteWriteTo } from "./wires.ts";
import { writeRequest } from "./write-request.ts";

/** Samples from before this one would not be found for a while. */
const EARLIEST = 70 * 60_000;

export async function startThanos(file: string): Promise<Receiver> {
  const receive = await Process.start({
    file,
    ports: 4,
    ready: ([, http]) => `http://127.0.0.1:${http}/-/ready`,
    args: ([write, http, grpc, capnp], folder) => [
      "receive",
      "--log.level=warn",
      `--tsdb.path=${join(folder, "data")}`,
      '--label=replica="a"',
      `--remote-write.address=127.0.0.1:${write}`,
      `--http-address=127.0.0.1:${http}`,
      `--grpc-address=127.0.0.1:${grpc}`,
      `--receive.capnproto-address=127.0.0.1:${capnp}`,
      `--receive.local-endpoint=127.0.0.1:${grpc}`,
      "--tsdb.enable-native-histograms",
      "--http-grace-period=0s",
      "--grpc-grace-period=0s",
    ],
  });
  const write = `${receive.url}/api/v1/receive`;
  await writeEarly(write);
  // Query asks receive what it has at its start and then every 5 s: both have to be there first.
  const query = await Process.start({
    file,
    ports: 2,
    ready: ([http]) => `http://127.0.0.1:${http}/-/ready`,
    args: ([http, grpc]) => [
      "query",
      "--log.level=warn",
      `--http-address=127.0.0.1:${http}`,
      `--grpc-address=127.0.0.1:${grpc}`,
      `--endpoint=127.0.0.1:${receive.ports[2]}`,
    ],
  });
  const stores = async () => afterRestart(async () => (await fetch(`${query.url}/api/v1/stores`)).text());
  const waitForReceive = async () => {
    await until("query finds receive", stores, (text) => text.includes(`:${receive.ports[2]}`));
  };
  await waitForReceive();
  return {
    endpoints: {
      ...remoteWriteTo(write),
      OTLP: `${receive.url}/api/v1/otlp`,
    },
    headers: {},
    ...promql(query.url),
    restart: () =>
      receive
        .restart()
        .then(() => query.restart())
        .then(waitForReceive),
    stop: () => Promise.all([receive.stop(), query.stop()]).then(() => {}),
  };
}

/** Its port for remote write opens a moment after it says that it is ready. */
async function writeEarly(url: string): Promise<void> {
  const samples = [{ time: Date.now() - EARLIEST, value: 1 }];
  const request = writeRequest("1.0", [{ labels: { __name__: "zoo_early" }, samples }]);
  const write = () => fetch(url, request).then(({ status }) => status, String);
  await until("Thanos takes its first sample", write, (answer) => answer === 200);
}
