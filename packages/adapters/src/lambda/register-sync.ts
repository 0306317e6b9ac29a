/**
 * Registers the extension while this thread waits: a CommonJS module can await nothing while it loads, and the runtime
 * asks for its first invocation as soon as the module's last line has run. A child process with bash takes some 5 ms;
 * where there is no bash, a worker thread takes some 50 ms.
 */
import { Extension, extensionsAddress, type Registration } from "./extension.ts";
import { ExtensionsApi, REGISTRATION } from "./extensions-api.ts";
import type { Variables } from "./resource.ts";

/**
 * How long to wait, ms: nearly all of the init phase. Lambda waits for an extension that it has registered, so to give
 * up early, on a machine that is slow, would end the init phase as well.
 */
const LONGEST_WAIT = 9_000;

/**
 * Prints the status line and the headers of the answer. Bash alone: a cold start has no time for other programs. Fails
 * only if it has sent nothing.
 */
const BASH = `
exec 3<>"/dev/tcp/$1/$2" || exit 1
printf '%s' "$3" >&3
while IFS= read -r line <&3; do
  line=\${line%$'\\r'}
  [ -n "$line" ] || break
  printf '%s\\n' "$line"
done
exit 0
`;

const WORKER = `
const { request } = require("node:http");
const { workerData: { host, port, done, channel, path, headers, body } } = require("node:worker_threads");
const finish = (answer) => {
  channel.postMessage(answer);
  channel.close();
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
};
request({ host, port, path, method: "POST", headers }, (response) => {
  const { statusCode, rawHeaders } = response;
  const lines = rawHeaders.map((text, i) => (i % 2 ? text + "\\n" : text + ": "));
  response.resume().on("end", () => finish("HTTP/1.1 " + statusCode + "\\n" + lines.join("")));
}).on("error", (error) => finish(String(error))).end(body);
`;

export function registerSync(env: Variables): Registration {
  const address = extensionsAddress(env);
  if (typeof address !== "string") return address;
  const [host = "", port = ""] = address.split(":");
  const answer = askByBash(host, port, env) ?? askByWorker(host, port);
  const [, id] = /^lambda-extension-identifier: *(\S+)/im.exec(answer) ?? [];
  const [status = "no answer"] = answer.split("\n");
  if (!id) return { refusal: `Lambda refused the extension: ${status}` };
  return { extension: new Extension(new ExtensionsApi(address), id) };
}

/** Undefined if nothing could be sent, for there is no bash, or none that knows of sockets. */
function askByBash(host: string, port: string, { PATH }: Variables): string | undefined {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { path, headers, body } = REGISTRATION;
  const lines = Object.entries({ host, ...headers, "content-length": body.length, connection: "close" });
  const head = [`POST ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
  const args = ["-c", BASH, "pushmeter", host, port, `${head}\r\n\r\n${body}`];
  // Without HOME and SHELL bash looks for the user in the system's databases: 150 ms instead of 2.
  const environment = { PATH, HOME: "/", SHELL: "/bin/bash" };
  const options = { env: environment, timeout: LONGEST_WAIT, encoding: "utf8" } as const;
  const { pid, status, stdout } = spawnSync("bash", args, options);
  return !pid || status ? undefined : stdout;
}

function askByWorker(host: string, port: string): string {
  const { MessageChannel, receiveMessageOnPort, Worker } = process.getBuiltinModule("node:worker_threads");
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(WORKER, {
    eval: true,
    workerData: { ...REGISTRATION, host, port, done, channel: port2 },
    transferList: [port2],
  });
  worker.unref();
  Atomics.wait(done, 0, 0, LONGEST_WAIT);
  const answer: unknown = receiveMessageOnPort(port1)?.message;
  port1.close();
  return typeof answer === "string" ? answer : "";
}
