/**
 * One execution environment: the runtime interface client as a child process, with the Runtime API and the
 * Extensions API that it calls. Once the runtime and all extensions wait, the process is stopped (SIGSTOP)
 * until the next invocation, as the service freezes it.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, bodyOf } from "./answer.ts";
import { Extensions } from "./extensions.ts";
import { type FunctionOptions, variables } from "./function-options.ts";
import { runtimeClient } from "./runtime-client.ts";

/** The service's own limits, ms. */
const INIT_LIMIT = 10_000;
const SHUTDOWN_LIMIT = 500;

export interface Result {
  readonly outcome: "response" | "error" | "timeout";
  /** The response, or the error with `errorType` and `errorMessage`; text if it is not JSON. */
  readonly payload: unknown;
  /** From the invocation to the response, ms. */
  readonly duration: number;
}

export interface Invocation {
  readonly result: Promise<Result>;
  /** When everything waits again: how long the invocation is billed, ms. */
  readonly end: Promise<number>;
}

export interface Usage {
  /** ms. */
  readonly cpu: number;
  /** MB. */
  readonly rss: number;
}

interface Running {
  readonly id: string;
  readonly event: unknown;
  readonly deadline: number;
  readonly started: number;
  readonly result: PromiseWithResolvers<Result>;
  readonly end: PromiseWithResolvers<number>;
  readonly timer: NodeJS.Timeout;
  answered: boolean;
}

export class Environment {
  readonly extensions: Extensions;
  readonly #options: FunctionOptions;
  readonly #server: Server;
  readonly #running = new Map<string, Running>();
  /** Invocations that no runtime has asked for yet. */
  readonly #queue: Running[] = [];
  /** The runtime's `next`s that are not answered yet; a Managed Instance has one per thread. */
  readonly #waiting: ServerResponse[] = [];
  readonly #ready = Promise.withResolvers<void>();
  #process: ChildProcess | undefined;
  #output = "";
  /** How often the process was stopped. */
  freezes = 0;

  private constructor(options: FunctionOptions) {
    this.#options = options;
    this.extensions = new Extensions(Boolean(options.refuseExtensions || options.concurrency));
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => answer(response, 500, { error: String(error) }));
    });
    // A frozen process keeps its connections for as long as it is frozen.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  /** @throws Error if the runtime or an extension has not asked for work within the init phase. */
  static async start(options: FunctionOptions): Promise<Environment> {
    const client = await runtimeClient();
    const environment = new Environment(options);
    await environment.#start(client);
    return environment;
  }

  get alive(): boolean {
    return (
      this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  /** The end of the process's output. */
  get output(): string {
    return this.#output;
  }

  /** What the process has used so far, as Linux counts it: CPU time of all threads, and memory. */
  async usage(): Promise<Usage> {
    const folder = `/proc/${this.#process?.pid}`;
    const threads = await readdir(`${folder}/task`);
    const times = await Promise.all(
      threads.map((thread) => readFile(`${folder}/task/${thread}/schedstat`, "utf8")),
    );
    const nanoseconds = times.reduce((sum, text) => sum + Number(text.split(" ")[0]), 0);
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`${folder}/status`, "utf8")) ?? [];
    return { cpu: nanoseconds / 1e6, rss: Number(kilobytes) / 1000 };
  }

  invoke(event: unknown): Invocation {
    const { timeout = 3_000, leniency = 0 } = this.#options;
    const running: Running = {
      id: randomUUID(),
      event,
      deadline: Date.now() + timeout,
      started: performance.now(),
      result: Promise.withResolvers(),
      end: Promise.withResolvers(),
      timer: setTimeout(() => this.#timeOut(running), timeout + leniency),
      answered: false,
    };
    this.#running.set(running.id, running);
    this.#queue.push(running);
    this.#process?.kill("SIGCONT");
    this.#dispatch();
    return { result: running.result.promise, end: running.end.promise };
  }

  async stop(): Promise<void> {
    if (this.alive) {
      const exited = once(this.#process as ChildProcess, "exit");
      this.#process?.kill("SIGCONT");
      const grace = this.extensions.size || this.#options.concurrency ? SHUTDOWN_LIMIT : 0;
      this.#process?.kill(grace ? "SIGTERM" : "SIGKILL");
      const { leniency = 0 } = this.#options;
      const timer = setTimeout(() => this.#process?.kill("SIGKILL"), grace && grace + leniency);
      await exited;
      clearTimeout(timer);
    }
    this.#close();
  }

  async #start(client: string): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    const child = spawn(process.execPath, [client, this.#options.handler ?? "index.handler"], {
      cwd: this.#options.directory,
      env: variables(this.#options, `127.0.0.1:${port}`),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output = (this.#output + chunk).slice(-16_384);
      });
    }
    const fail = (why: string) => this.#ready.reject(new Error(`the function ${why}:\n${this.#output}`));
    const { initLimit = INIT_LIMIT } = this.#options;
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`has not finished its init phase within ${initLimit / 1000} s`);
    }, initLimit);
    child.on("exit", (code, signal) => {
      fail(`ended with ${signal ?? code}`);
      for (const running of this.#running.values()) {
        const errorMessage = `Runtime exited with ${signal ?? code}`;
        if (!running.answered)
          this.#settle(running, "error", { errorType: "Runtime.ExitError", errorMessage });
        this.#end(running);
      }
      this.#close();
    });
    try {
      await this.#ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === "POST" ? await bodyOf(request) : "";
    const [version, api, ...rest] = (request.url ?? "").slice(1).split("/");
    const path = rest.join("/");
    if (version === "2020-01-01" && api === "extension") {
      const { headers } = request;
      if (path === "register") this.extensions.register(headers["lambda-extension-name"], body, response);
      else if (path === "event/next") {
        this.extensions.next(headers["lambda-extension-identifier"], response);
        this.#checkIdle();
      } else answer(response, 202, { status: "OK" });
      return;
    }
    if (version !== "2018-06-01" || api !== "runtime") return answer(response, 404);
    if (path === "invocation/next") {
      this.extensions.closed = true;
      this.#waiting.push(response);
      this.#checkIdle();
      this.#dispatch();
      return;
    }
    if (path === "init/error") {
      answer(response, 202, { status: "OK" });
      return;
    }
    const [, id = "", kind] = rest;
    const running = this.#running.get(id);
    if (!running || (kind !== "response" && kind !== "error")) {
      return answer(response, 400, { errorType: "InvalidRequestID" });
    }
    const failed = kind === "error" || request.trailers["lambda-runtime-function-error-type"] !== undefined;
    answer(response, 202, { status: "OK" });
    this.#settle(running, failed ? "error" : "response", parsed(body));
    if (this.#options.concurrency) this.#end(running);
  }

  #dispatch(): void {
    if (!this.#queue.length || !this.#waiting.length) return;
    const { id, event, deadline } = this.#queue.shift() as Running;
    const response = this.#waiting.shift() as ServerResponse;
    this.extensions.send({ eventType: "INVOKE", deadlineMs: deadline, requestId: id });
    response.setHeader("Lambda-Runtime-Aws-Request-Id", id);
    response.setHeader("Lambda-Runtime-Deadline-Ms", `${deadline}`);
    response.setHeader(
      "Lambda-Runtime-Invoked-Function-Arn",
      "arn:aws:lambda:eu-central-1:123456789012:function:courses",
    );
    answer(response, 200, event ?? null);
  }

  /** If the runtime and all extensions wait, the invocation is over and the process is frozen. */
  #checkIdle(): void {
    if (!this.#waiting.length || !this.extensions.waiting) return;
    if (this.#options.concurrency) {
      if (this.#waiting.length >= this.#options.concurrency) this.#ready.resolve();
      return;
    }
    for (const running of this.#running.values()) {
      if (!running.answered) return;
      this.#end(running);
    }
    this.freezes++;
    this.#process?.kill("SIGSTOP");
    this.#ready.resolve();
  }

  #settle(running: Running, outcome: Result["outcome"], payload: unknown): void {
    running.answered = true;
    running.result.resolve({ outcome, payload, duration: performance.now() - running.started });
  }

  #end(running: Running): void {
    clearTimeout(running.timer);
    this.#running.delete(running.id);
    running.end.resolve(performance.now() - running.started);
  }

  /** The function's time is up, including the push: the environment is killed. */
  #timeOut(running: Running): void {
    const seconds = ((this.#options.timeout ?? 3_000) / 1000).toFixed(2);
    const error = { errorType: "Sandbox.Timedout", errorMessage: `Task timed out after ${seconds} seconds` };
    if (!running.answered) this.#settle(running, "timeout", error);
    this.#process?.kill("SIGKILL");
  }

  #close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
