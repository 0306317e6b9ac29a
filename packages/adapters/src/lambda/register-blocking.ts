/**
 * Registers the extension synchronously: a worker thread sends the request while this one blocks. For CommonJS,
 * where the runtime goes on as soon as the module's last line has run.
 */
import { Extension, extensionsAddress } from "./extension.ts";
import { ExtensionsApi, REGISTRATION } from "./extensions-api.ts";
import type { Variables } from "./resource.ts";

/** Starting the thread and asking takes some tens of ms. */
const LONGEST_WAIT = 2_000;

const ASK = `
const { request } = require("node:http");
const { workerData: { address, done, port, path, headers, body, idHeader } } = require("node:worker_threads");
const [host, portNumber] = address.split(":");
const finish = (id) => {
  port.postMessage(id);
  port.close();
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
};
request({ host, port: portNumber, path, method: "POST", headers }, (response) => {
  response.resume().on("end", () => finish(response.statusCode === 200 ? response.headers[idHeader] : undefined));
}).on("error", () => finish(undefined)).end(body);
`;

export function registerBlocking(env: Variables): Extension | undefined {
  const address = extensionsAddress(env);
  if (!address) return undefined;
  const { MessageChannel, receiveMessageOnPort, Worker } = process.getBuiltinModule("node:worker_threads");
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(ASK, {
    eval: true,
    workerData: { ...REGISTRATION, address, done, port: port2 },
    transferList: [port2],
  });
  worker.unref();
  Atomics.wait(done, 0, 0, LONGEST_WAIT);
  const id: unknown = receiveMessageOnPort(port1)?.message;
  port1.close();
  return typeof id === "string" ? new Extension(new ExtensionsApi(address), id) : undefined;
}
