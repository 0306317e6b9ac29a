/** Many instances of a service in one Worker, each with its own pushmeter, over a stub that misbehaves. */
import type { Counter, Histogram } from "@opentelemetry/api";
import { type AggregatorOptions, aggregator, createAggregator, ingest } from "@pushmeter/aggregator";
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

interface Env {
  readonly PUSH_URL: string;
  readonly PROTOCOL: "auto" | "1.0" | "pushgateway";
  readonly TOKEN: string;
  readonly SHARDS: string;
  readonly AGGREGATOR: DurableObjectNamespace<Aggregator>;
  readonly STAGING: DurableObjectNamespace<Staging>;
}

interface DurableObjectNamespace<T> {
  idFromName(name: string): unknown;
  get(id: unknown): T;
}

const options: AggregatorOptions<Env> = {
  every: 500,
  push: ({ PUSH_URL: url, PROTOCOL: protocol }, runtime) =>
    protocol === "pushgateway" ? pushgateway({ url }, runtime) : remoteWrite({ url, protocol }, runtime),
};

/** Another deployment of the same service, with the same receiver. */
export class Staging extends createAggregator<Env>({ ...options, prefix: "staging-" }) {}

export class Aggregator extends createAggregator<Env>(options) {
  /** What an eviction does, at the worst moment. */
  crash(): void {
    this.ctx.abort("evicted by the test");
  }

  tables(): string[] {
    const query =
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";
    return this.ctx.storage.sql
      .exec(query)
      .toArray()
      .map(({ name }) => name as string);
  }
}

/** Calls are repeated and answers get lost, in turn. */
function unreliable(binding: Env["AGGREGATOR"], chance: number) {
  return {
    idFromName: (name: string) => binding.idFromName(name),
    get: (id: unknown) => ({
      async push(message: never): Promise<unknown> {
        const stub = binding.get(id);
        if (Math.random() < chance) await stub.push(message);
        const reply = await stub.push(message);
        if (Math.random() < chance) throw new Error("the answer was lost");
        return reply;
      },
    }),
  };
}

const instances = new Map<string, { pushmeter: Pushmeter; logins: Counter; sizes: Histogram }>();

/** @param chance - how often a call is repeated, and how often an answer gets lost. */
function instanceOf(name: string, env: Env, chance = 0.3) {
  let instance = instances.get(name);
  if (!instance) {
    const push = aggregator(unreliable(env.AGGREGATOR, chance), {
      shards: Number(env.SHARDS),
      timeout: 3000,
    });
    const pushmeter = createPushmeter({ service: "courses", push, onError: () => {} });
    const { meter } = pushmeter;
    instance = { pushmeter, logins: meter.createCounter("logins"), sizes: meter.createHistogram("sizes") };
    instances.set(name, instance);
  }
  return instance;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/record") {
      const { logins, sizes, pushmeter } = instanceOf(searchParams.get("instance") ?? "", env);
      const n = Number(searchParams.get("n"));
      logins.add(n, { result: searchParams.get("result") ?? "" });
      sizes.record(n);
      return Response.json(await pushmeter.flush({ timeout: 4000 }));
    }
    if (pathname === "/large") {
      const { logins, pushmeter } = instanceOf("large", env, 0);
      for (let i = 0; i < 900; i++) logins.add(1, { large: `${i}${"x".repeat(2500)}` });
      const stored = [await pushmeter.flush()];
      logins.add(1, { result: "small" });
      stored.push(await pushmeter.flush());
      return Response.json(stored);
    }
    if (pathname === "/later") {
      // A Worker of another release, which speaks a version that the object does not know.
      const stub = env.AGGREGATOR.get(env.AGGREGATOR.idFromName("courses/0"));
      return Response.json(await stub.push({ version: 1 } as never));
    }
    if (pathname === "/unpacked") {
      // A Worker of an earlier release, which hands over an object.
      const id = { instance: "unpacked", seq: Number(searchParams.get("seq")) };
      const target = { resource: { "service.name": "plain" }, shard: "shard-0" };
      const body = new Uint8Array(await request.arrayBuffer());
      const stub = env.AGGREGATOR.get(env.AGGREGATOR.idFromName("plain/0"));
      return Response.json(await stub.push({ version: 2, id, target, encoding: "json", body } as never));
    }
    if (pathname === "/flush") {
      const stored = await Promise.all([...instances.values()].map(({ pushmeter }) => pushmeter.flush()));
      return Response.json(stored.every(Boolean));
    }
    if (pathname === "/crash") {
      const stub = env.AGGREGATOR.get(env.AGGREGATOR.idFromName(`courses/${searchParams.get("shard")}`));
      await Promise.resolve(stub.crash()).catch(() => {});
      return new Response();
    }
    if (pathname === "/tables") {
      const name = searchParams.get("object") ?? "";
      return Response.json(await env.AGGREGATOR.get(env.AGGREGATOR.idFromName(name)).tables());
    }
    if (pathname === "/many") {
      const all = (await request.json()) as [headers: Record<string, string>, base64: string][];
      const answers = all.map(async ([headers, base64]) => {
        const body = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
        const one = new Request(new URL("/v1/metrics", request.url), { method: "POST", headers, body });
        const options = { token: env.TOKEN, shards: Number(env.SHARDS) };
        return (await ingest(one, env.AGGREGATOR, options)).status;
      });
      return Response.json(await Promise.all(answers));
    }
    if (pathname === "/staging/v1/metrics") {
      const metrics = new Request(new URL("/v1/metrics", request.url), request);
      return ingest(metrics, env.STAGING, { token: env.TOKEN, shards: Number(env.SHARDS) });
    }
    return ingest(request, env.AGGREGATOR, { token: env.TOKEN, shards: Number(env.SHARDS) });
  },
};
