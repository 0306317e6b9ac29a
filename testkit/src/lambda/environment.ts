/**
 * One execution environment: the runtime interface client as a child process, with the Runtime API and the
 * Extensions API that it calls. Once the runtime and all extensions wait, the processes are stopped (SIGSTOP)
 * until the next invocation, as the service freezes them, and the monotonic clock stands still.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { answer, bodyOf } from "./answer.ts";
import { Extensions } from "./extensions.ts";
import { FrozenClock } from "./frozen-clock.ts";
import { type FunctionOptions, variables } from "./function-options.ts";
import { isAlive, Processes, rssOf, type Usage, usageOf } from "./processes.ts";
import { Reports } from "./reports.ts";
import { runtimeClient } from "./runtime-client.ts";
import { Telemetry } from "./telemetry.ts";

/** The service's own limits, ms. */
const INIT_LIMIT = 10_000;
const SHUTDOWN_LIMIT = 500;
/** With an external extension, and at a time-out: for everything, and for the runtime alone. */
const LONG_SHUTDOWN_LIMIT = 2_000;
const RUNTIME_SHUTDOWN_LIMIT = 600;
/** How often the memory of a function with a limit is looked at, ms. */
const MEMORY_INTERVAL = 10;

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

/** Why an environment ends, as extensions are told. */
type ShutdownReason = "spindown" | "timeout" | "failure";

export class Environment {
  readonly extensions: Extensions;
  readonly #options: FunctionOptions;
  readonly #server: Server;
  readonly #clock: FrozenClock;
  readonly #processes: Processes;
  readonly #telemetry = new Telemetry();
  readonly #reports: Reports;
  readonly #programs: readonly string[];
  readonly #running = new Map<string, Running>();
  /** Invocations that no runtime has asked for yet. */
  readonly #queue: Running[] = [];
  /** The runtime's `next`s that are not answered yet; a Managed Instance has one per thread. */
  readonly #waiting: ServerResponse[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #external: ChildProcess[] = [];
  #runtime: ChildProcess | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;
  #ending: Promise<void> | undefined;
  /** How often the processes were stopped. */
  freezes = 0;

  private constructor(options: FunctionOptions, clock: FrozenClock, programs: readonly string[]) {
    this.#options = options;
    this.#clock = clock;
    this.#processes = new Processes(clock);
    this.#programs = programs;
    this.#reports = new Reports(this.#telemetry, options.memory);
    const refuseAll = Boolean(options.refuseExtensions || options.concurrency);
    this.extensions = new Extensions({ refuseAll, external: programs });
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
    const programs = options.layer ? await readdir(join(options.layer, "extensions")) : [];
    const environment = new Environment(options, await FrozenClock.create(), programs);
    await environment.#start(client);
    return environment;
  }

  get alive(): boolean {
    return isAlive(this.#runtime) && !this.#ending;
  }

  /** The end of the processes' output. */
  get output(): string {
    return this.#processes.output;
  }

  /** What the runtime's process has used so far. */
  usage(): Promise<Usage> {
    return usageOf(this.#runtime as ChildProcess);
  }

  /** @param idle - how much longer the environment was frozen before than it really was, by the wall clock, ms. */
  invoke(event: unknown, idle = 0): Invocation {
    const { timeout = 3_000, leniency = 0 } = this.#options;
    this.#processes.thaw(idle);
    const running: Running = {
      id: randomUUID(),
      event,
      deadline: this.#clock.now() + timeout,
      started: performance.now(),
      result: Promise.withResolvers(),
      end: Promise.withResolvers(),
      timer: setTimeout(() => this.#timeOut(running), timeout + leniency),
      answered: false,
    };
    this.#running.set(running.id, running);
    this.#queue.push(running);
    this.#dispatch();
    return { result: running.result.promise, end: running.end.promise };
  }

  /** Ends the environment as the service does that no longer needs it. */
  async stop(): Promise<void> {
    await this.#shutdown("spindown");
  }

  async #start(client: string): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    const { directory, layer = "", handler = "index.handler", initLimit = INIT_LIMIT, node } = this.#options;
    const env = variables(this.#options, `127.0.0.1:${port}`);
    const fail = (why: string) => this.#ready.reject(new Error(`the function ${why}:\n${this.output}`));
    for (const program of this.#programs) {
      const child = this.#processes.spawn([join(layer, "extensions", program)], directory, env);
      child.on("exit", () => fail(`lost its extension ${program}`));
      this.#external.push(child);
    }
    const timer = setTimeout(() => {
      fail(`has not finished its init phase within ${initLimit / 1000} s`);
      void this.#shutdown("failure");
    }, initLimit);
    try {
      await Promise.race([this.extensions.externalReady, this.#ready.promise]);
      this.#reports.initStarted();
      const { AWS_LAMBDA_EXEC_WRAPPER: wrapper } = env;
      const command = [node ?? process.execPath, client, handler];
      const child = this.#processes.spawn(wrapper ? [wrapper, ...command] : command, directory, env);
      this.#runtime = child;
      child.on("exit", (code, signal) => this.#exited(signal ?? `exit status ${code}`, fail));
      this.#watchMemory();
      await this.#ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === "GET" ? "" : await bodyOf(request);
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
    if (version === "2022-07-01" && api === "telemetry") return this.#telemetry.subscribe(body, response);
    if (version !== "2018-06-01" || api !== "runtime") return answer(response, 404);
    if (path === "invocation/next") {
      this.extensions.closed = true;
      this.#reports.initEnded("success");
      this.#waiting.push(response);
      this.#checkIdle();
      this.#dispatch();
      return;
    }
    if (path === "init/error") {
      answer(response, 202, { status: "OK" });
      this.#reports.initEnded("error", (parsed(body) as { errorType?: string } | null)?.errorType);
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
    this.#reports.done(running, failed ? "error" : "success");
    if (this.#options.concurrency) this.#end(running);
  }

  #dispatch(): void {
    if (!this.#queue.length || !this.#waiting.length) return;
    const { id, event, deadline } = this.#queue.shift() as Running;
    const response = this.#waiting.shift() as ServerResponse;
    this.#reports.started(id);
    this.extensions.send({ eventType: "INVOKE", deadlineMs: deadline, requestId: id });
    response.setHeader("Lambda-Runtime-Aws-Request-Id", id);
    response.setHeader("Lambda-Runtime-Deadline-Ms", `${Math.round(deadline)}`);
    response.setHeader(
      "Lambda-Runtime-Invoked-Function-Arn",
      "arn:aws:lambda:eu-central-1:123456789012:function:courses",
    );
    answer(response, 200, event ?? null);
  }

  /** If the runtime and all extensions wait, the invocation is over and the processes are frozen. */
  #checkIdle(): void {
    if (!this.#waiting.length || !this.extensions.waiting || this.#ending) return;
    if (this.#options.concurrency) {
      if (this.#waiting.length >= this.#options.concurrency) this.#ready.resolve();
      return;
    }
    for (const running of this.#running.values()) {
      if (!running.answered) return;
      this.#reports.report(running, "success");
      this.#end(running);
    }
    this.freezes++;
    this.#processes.freeze();
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

  /** The function's time is up, including the push: the environment ends. */
  #timeOut(running: Running): void {
    const seconds = ((this.#options.timeout ?? 3_000) / 1000).toFixed(2);
    const error = { errorType: "Sandbox.Timedout", errorMessage: `Task timed out after ${seconds} seconds` };
    if (!running.answered) {
      this.#settle(running, "timeout", error);
      this.#reports.done(running, "timeout");
    }
    this.#reports.report(running, "timeout");
    void this.#shutdown("timeout");
  }

  /** The runtime's process has exited. */
  #exited(how: string, fail: (why: string) => void): void {
    clearTimeout(this.#memoryTimer);
    this.#reports.initEnded("error", "Runtime.ExitError");
    for (const running of this.#running.values()) {
      const errorType = this.#reports.isOutOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError";
      const errorMessage = `Runtime exited with error: ${how}`;
      if (!running.answered) {
        this.#settle(running, "error", { errorType, errorMessage });
        this.#reports.done(running, "failure", "Runtime.ExitError");
        this.#reports.report(running, "error", errorType);
      }
    }
    fail(`ended with ${how}`);
    void this.#shutdown("failure");
  }

  #shutdown(reason: ShutdownReason): Promise<void> {
    this.#ending ??= this.#terminate(reason);
    return this.#ending;
  }

  async #terminate(reason: ShutdownReason): Promise<void> {
    const { leniency = 0, concurrency } = this.#options;
    const isLong = this.#external.length > 0 || reason === "timeout";
    const deadline = this.#clock.now() + (isLong ? LONG_SHUTDOWN_LIMIT : SHUTDOWN_LIMIT);
    this.#processes.thaw();
    if (isAlive(this.#runtime)) {
      // Without an extension the runtime is not asked to end.
      const grace =
        this.extensions.size || concurrency ? (isLong ? RUNTIME_SHUTDOWN_LIMIT : SHUTDOWN_LIMIT) : 0;
      this.#runtime.kill(grace ? "SIGTERM" : "SIGKILL");
      await this.#processes.ended(this.#runtime, grace && grace + leniency);
    }
    await this.#telemetry.sent;
    this.extensions.send({ eventType: "SHUTDOWN", shutdownReason: reason, deadlineMs: deadline });
    const left = Math.max(0, deadline - this.#clock.now()) + leniency;
    await Promise.all(this.#external.map((child) => this.#processes.ended(child, left)));
    for (const running of this.#running.values()) this.#end(running);
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#clock.remove();
  }

  /** Kills a function that uses more memory than it has, as the service's kernel does. */
  #watchMemory(): void {
    const { memory } = this.#options;
    if (memory === undefined) return;
    this.#memoryTimer = setTimeout(async () => {
      const rss = await rssOf(this.#runtime?.pid).catch(() => 0);
      if (rss > memory) {
        this.#reports.isOutOfMemory = true;
        this.#runtime?.kill("SIGKILL");
      } else if (this.alive) this.#watchMemory();
    }, MEMORY_INTERVAL);
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
