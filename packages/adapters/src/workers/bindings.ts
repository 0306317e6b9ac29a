/** What a handler reaches through its environment. */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { type Handler, isHandler } from "./context.ts";
import { methodOf } from "./http-method.ts";
import {
  DATABASE,
  GEN_AI,
  HTTP_CLIENT,
  MESSAGING,
  type MeasureOperation,
  operationsMeasure,
  RPC_CLIENT,
} from "./operations.ts";

/** Makes of a binding one whose operations are measured. */
type Wrap = (binding: object, name: string, measure: MeasureOperation) => object;

/** By the name of the platform's class. */
const KINDS: Readonly<Record<string, Wrap>> = {
  KvNamespace: store("cloudflare.kv", "get getWithMetadata put delete list"),
  R2Bucket: store("cloudflare.r2", "head get put delete list createMultipartUpload"),
  D1Database: database,
  D1DatabaseSession: database,
  VectorizeIndexImpl: store(
    "cloudflare.vectorize",
    "describe query queryById insert upsert deleteByIds getByIds",
  ),
  VectorizeIndex: store(
    "cloudflare.vectorize",
    "describe query queryById insert upsert deleteByIds getByIds",
  ),
  Cache: store("cloudflare.cache", "match put delete"),
  WorkerQueue: queue,
  Queue: queue,
  Ai: model,
  Fetcher: stub,
  DurableObject: stub,
  DurableObjectNamespace: (namespace, name, measure) =>
    wrapped(namespace, (method, call) => {
      if (method !== "get" && method !== "getByName") return undefined;
      return (...args) => stub(call(...args) as object, name, measure);
    }),
};

/**
 * Returns an environment with the same bindings, whose operations are measured: KV, D1, R2, Vectorize and caches
 * (`db.client.operation.duration`), queues (`messaging.client.operation.duration`), Durable Objects and other Workers
 * (`rpc.client.call.duration`, `http.client.request.duration`) and Workers AI (`gen_ai.client.operation.duration`), each with
 * the operation, the binding's name and `outcome`, never with keys or values. Results and errors are the same.
 *
 * @param env - an environment, or any object with bindings, such as `{ CACHE: caches.default }`.
 * @example
 * ```ts
 * fetch: (request, env, ctx) => app.fetch(request, instrumentEnv(pushmeter, env), ctx)
 * ```
 */
export function instrumentEnv<Env extends object>(pushmeter: Pushmeter, env: Env): Env {
  const recorder = recorderOf(pushmeter);
  const known = ENVIRONMENTS.get(recorder) ?? { measure: operationsMeasure(pushmeter), all: new WeakMap() };
  ENVIRONMENTS.set(recorder, known);
  const { measure, all } = known;
  const instrumented =
    (all.get(env) as Env | undefined) ?? attempt(recorder, () => copyOf(env, measure)) ?? env;
  all.set(env, instrumented);
  return instrumented;
}

/** By recorder: the environment is the same object for every invocation of an instance. */
const ENVIRONMENTS = new WeakMap<object, { measure: MeasureOperation; all: WeakMap<object, object> }>();

function copyOf<Env extends object>(env: Env, measure: MeasureOperation): Env {
  const entries = Object.entries(env).map(([name, binding]: [string, unknown]) => [
    name,
    typeof binding === "object" && binding ? bindingOf(binding, name, measure) : binding,
  ]);
  return Object.fromEntries(entries) as Env;
}

function bindingOf(binding: object, name: string, measure: MeasureOperation): object {
  const { constructor: Class } = (Object.getPrototypeOf(binding) ?? {}) as {
    readonly constructor?: { name: string };
  };
  const kind = Class?.name ?? "";
  return (Object.hasOwn(KINDS, kind) && KINDS[kind]?.(binding, name, measure)) || binding;
}

/** The platform's object behind a proxy: statements are handed back to the database as they are. */
const ORIGINALS = new WeakMap<object, object>();

/** @param instead - what takes a method's place, which is bound to `target`; undefined: the method itself. */
function wrapped(target: object, instead: (method: string, call: Handler) => Handler | undefined): object {
  const proxy = new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name) as unknown;
      if (!isHandler(value) || name === "constructor") return value;
      // The platform's methods work on the platform's objects only.
      if (typeof name === "symbol") return value.bind(target);
      const call: Handler = (...args) => Reflect.apply(value, target, args.map(originalOf));
      return instead(name, call) ?? call;
    },
  });
  ORIGINALS.set(proxy, target);
  return proxy;
}

function originalOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(originalOf);
  return (typeof value === "object" && value && ORIGINALS.get(value)) || value;
}

/** A binding all of whose operations are methods. */
function store(system: string, operations: string): Wrap {
  const measured = new Set(operations.split(" "));
  return (binding, name, measure) =>
    wrapped(binding, (method, call) =>
      measured.has(method) ? operation(measure, system, name, method, call) : undefined,
    );
}

function operation(
  measure: MeasureOperation,
  system: string,
  name: string,
  method: string,
  call: Handler,
): Handler {
  return (...args) => {
    const attributes = { "db.system.name": system, "db.namespace": name, "db.operation.name": method };
    return measure(DATABASE, attributes, () => call(...args));
  };
}

function database(binding: object, name: string, measure: MeasureOperation): object {
  const measured = (method: string, call: Handler) => operation(measure, "cloudflare.d1", name, method, call);
  const statement = (original: object): object =>
    wrapped(original, (method, call) => {
      if (method === "bind") return (...args) => statement(call(...args) as object);
      return /^(first|all|run|raw)$/.test(method) ? measured(method, call) : undefined;
    });
  return wrapped(binding, (method, call) => {
    if (method === "prepare") return (...args) => statement(call(...args) as object);
    if (method === "withSession") return (...args) => database(call(...args) as object, name, measure);
    return /^(batch|exec|dump)$/.test(method) ? measured(method, call) : undefined;
  });
}

function queue(binding: object, name: string, measure: MeasureOperation): object {
  return wrapped(binding, (method, call) => {
    if (method !== "send" && method !== "sendBatch") return undefined;
    return (...args) => {
      const attributes = {
        "messaging.system": "cloudflare_queues",
        "messaging.destination.name": name,
        "messaging.operation.name": method,
      };
      return measure(MESSAGING, attributes, () => call(...args));
    };
  });
}

function model(binding: object, name: string, measure: MeasureOperation): object {
  return wrapped(binding, (method, call) => {
    if (method !== "run") return undefined;
    return (id, ...args) => {
      const attributes: Attributes = {
        "gen_ai.provider.name": "cloudflare",
        "gen_ai.operation.name": method,
        "gen_ai.request.model": typeof id === "string" ? id : name,
      };
      return measure(GEN_AI, attributes, () => call(id, ...args));
    };
  });
}

/** Another Worker's entry point or a Durable Object: every name is a method that can be called, or a property. */
function stub(binding: object, name: string, measure: MeasureOperation): object {
  const proxy = new Proxy(binding, {
    get(_, method) {
      const value = Reflect.get(binding, method) as unknown;
      if (!isHandler(value) || method === "constructor") return value;
      if (typeof method === "symbol" || method === "connect" || method === "dup") return value.bind(binding);
      if (method === "fetch") {
        return (input: unknown, init?: unknown) => {
          const attributes = { "http.request.method": methodOf(input, init), "server.address": name };
          return measure(HTTP_CLIENT, attributes, () => Reflect.apply(value, binding, [input, init]));
        };
      }
      // Not a function of its own: a property can be awaited without a call.
      return new Proxy(value, {
        get: (_, property) => {
          const inner = Reflect.get(value, property) as unknown;
          return property === "then" && isHandler(inner) ? inner.bind(value) : inner;
        },
        apply: (_, __, args: unknown[]) => {
          const attributes = { "rpc.system.name": "workers_rpc", "rpc.method": `${name}/${method}` };
          return measure(RPC_CLIENT, attributes, () => Reflect.apply(value, binding, args));
        },
      });
    },
  });
  ORIGINALS.set(proxy, binding);
  return proxy;
}
