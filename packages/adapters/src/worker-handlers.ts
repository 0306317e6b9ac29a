/**
 * The types of a Worker's handlers. Where a program has the Workers runtime's own types (`wrangler types`, or
 * `@cloudflare/workers-types` among its global ones), handlers get those; else the part that is used here.
 */

/** The class `WorkerEntrypoint` of the runtime's types, whose methods have the events as parameters. */
export type Entrypoint = typeof globalThis extends {
  CloudflareWorkersModule: { WorkerEntrypoint: abstract new (...args: infer Args) => infer Instance };
}
  ? { readonly context: Args[0]; readonly instance: Instance }
  : undefined;

/** The first parameter of the runtime's handler of this name. */
export type EventOf<Name extends string, Minimal> = Entrypoint extends { readonly instance: infer Instance }
  ? Instance extends { [K in Name]?: (event: infer Event, ...rest: never) => unknown }
    ? Event
    : Minimal
  : Minimal;

/** The execution context, `ctx`. */
export type WorkerContext = Entrypoint extends { readonly context: infer Context }
  ? Context
  : { waitUntil(promise: Promise<unknown>): void; passThroughOnException(): void; readonly props: unknown };

/** The event of a cron trigger. */
export type CronEvent = EventOf<"scheduled", { readonly cron: string; readonly scheduledTime: number }>;

/** A batch of a queue's messages. */
export type QueueBatch = EventOf<
  "queue",
  { readonly queue: string; readonly messages: readonly QueueMessage[] }
>;

/** A queue's message, as far as it is used here. */
export interface QueueMessage {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: unknown;
  readonly attempts: number;
  ack(): void;
  retry(): void;
}

/**
 * What a Worker's default export may hold. Methods and not functions: their parameters may then be declared with
 * types that say more, as `MessageBatch<Order>` does.
 */
export interface WorkerHandlers<Env = never> {
  fetch?(request: Request, env: Env, ctx: WorkerContext): Response | Promise<Response>;
  scheduled?(controller: CronEvent, env: Env, ctx: WorkerContext): void | Promise<void>;
  queue?(batch: QueueBatch, env: Env, ctx: WorkerContext): void | Promise<void>;
  email?(message: EventOf<"email", unknown>, env: Env, ctx: WorkerContext): unknown;
  connect?(socket: EventOf<"connect", unknown>, env: Env, ctx: WorkerContext): unknown;
  tail?(events: EventOf<"tail", unknown>, env: Env, ctx: WorkerContext): unknown;
  trace?(events: EventOf<"trace", unknown>, env: Env, ctx: WorkerContext): unknown;
  tailStream?(event: EventOf<"tailStream", unknown>, env: Env, ctx: WorkerContext): unknown;
  test?(controller: EventOf<"test", unknown>, env: Env, ctx: WorkerContext): unknown;
}

/**
 * Refuses names that are no handler's in an object literal, such as `sheduled`. Instances of classes, a Hono app
 * for one, may hold anything: unlike literals they do not match a type with an index signature.
 */
export type OnlyHandlers<Handlers> =
  Handlers extends Record<string, unknown>
    ? { readonly [Name in Exclude<keyof Handlers, keyof WorkerHandlers<never>>]: never }
    : unknown;

/** Everything that `Handlers` holds; handlers that are measured return a promise. */
export type InstrumentedWorker<Handlers> = {
  [Name in keyof Handlers]: Name extends "fetch" | "scheduled" | "queue" | "email" | "connect"
    ? Promised<Handlers[Name]>
    : Handlers[Name];
};

/** The same handler, always with a promise. */
export type Promised<Handler> = Handler extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Awaited<Result>>
  : Handler;
