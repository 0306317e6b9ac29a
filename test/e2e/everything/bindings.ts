/** A Worker that uses every binding that workerd has locally, through `instrumentEnv` or, under `/plain`, directly. */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { instrumentEnv, instrumentedFetch, instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

interface Env {
  readonly PUSH_URL: string;
  readonly KV: KVNamespace;
  readonly DB: D1Database;
  readonly BUCKET: R2Bucket;
  readonly JOBS: Queue<{ readonly id: number }>;
  readonly CATALOGUE: Service<Catalogue>;
  readonly ROOM: DurableObjectNamespace<Room>;
  readonly AI: Ai;
  readonly INDEX: Vectorize;
}

const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => remoteWrite({ url: env.PUSH_URL }),
  flush: { every: 300 },
  onError: (error) => console.error(error),
});
const fetchMeasured = instrumentedFetch(pushmeter);

export class Catalogue extends WorkerEntrypoint<Env> {
  get title(): string {
    return "Databases";
  }
  find(id: number): { id: number; title: string } {
    return { id, title: this.title };
  }
  fail(): void {
    throw new RangeError("no such course");
  }
  override async fetch(): Promise<Response> {
    return new Response("no", { status: 404 });
  }
}

export class Room extends DurableObject<Env> {
  join(name: string): string {
    return `Hello ${name}`;
  }
  override async fetch(): Promise<Response> {
    return new Response("room");
  }
}

/** Everything that the bindings answer, as a client would see it. */
async function useAll(
  { KV, DB, BUCKET, JOBS, CATALOGUE, ROOM, AI, INDEX, CACHE }: Env & { readonly CACHE: Cache },
  fetch: typeof globalThis.fetch,
  origin: string,
) {
  const errorOf = (error: Error) => `${error.name}: ${error.message}`;
  await KV.put("key", "value");
  await DB.exec("CREATE TABLE IF NOT EXISTS courses (id INTEGER, title TEXT)");
  await DB.prepare("DELETE FROM courses").run();
  const insert = DB.prepare("INSERT INTO courses VALUES (?, ?)");
  await DB.batch([insert.bind(1, "Databases"), insert.bind(2, "Networks")]);
  await BUCKET.put("file", "content");
  await JOBS.send({ id: 1 });
  await JOBS.sendBatch([{ body: { id: 2 } }]);
  const room = ROOM.getByName("a");
  return [
    await KV.get("key"),
    (await KV.getWithMetadata("key")).value,
    (await KV.list()).keys.length,
    await DB.prepare("SELECT title FROM courses WHERE id = ?").bind(2).first("title"),
    (await DB.prepare("SELECT * FROM courses").all()).results.length,
    await DB.prepare("SELECT * FROM nowhere").all().catch(errorOf),
    (await DB.withSession().prepare("SELECT 1 AS one").first("one")) ?? null,
    await DB.prepare("SELECT title FROM courses").raw(),
    await (await BUCKET.get("file"))?.text(),
    (await BUCKET.list()).objects.length,
    typeof (await BUCKET.createMultipartUpload("large")).uploadId,
    (await BUCKET.head("nothing")) === null,
    await CATALOGUE.title,
    await CATALOGUE.find(1),
    await CATALOGUE.find(1).title,
    await CATALOGUE.fail().catch(errorOf),
    (await CATALOGUE.fetch("http://catalogue/")).status,
    await room.join("Ada"),
    room.id.equals(ROOM.idFromName("a")),
    (await fetch(`${origin}/plain/ok`)).status,
    (await room.fetch("http://room/")).status,
    (await CACHE.match("http://cached/")) ?? null,
    await CACHE.put("http://cached/", new Response("x", { headers: { "cache-control": "max-age=60" } })),
    await (await CACHE.match("http://cached/"))?.text(),
    await CACHE.delete("http://cached/"),
    await AI.run("@cf/meta/llama-3.1-8b-instruct", { prompt: "Hello" }),
    AI.aiGatewayLogId,
    await AI.run("@cf/nobody/no-model" as keyof AiModels, { prompt: "Hello" }).catch(errorOf),
    await INDEX.upsert([{ id: "a", values: [1, 2] }]),
    await INDEX.insert([{ id: "b", values: [1, 2] }]),
    await INDEX.describe(),
    (await INDEX.query([1, 2], { topK: 1 })).matches,
    (await INDEX.queryById("a")).matches,
    await INDEX.getByIds(["a"]),
    await INDEX.deleteByIds(["b"]).catch(errorOf),
    await KV.delete("key"),
    await BUCKET.delete("file"),
    [KV, DB, BUCKET, ROOM, AI, INDEX].map((binding) => binding.constructor.name),
  ];
}

const withCache = (env: Env) => ({ ...env, CACHE: caches.default });

const worker = instrumentWorker(pushmeter, {
  async fetch(request, env, _ctx) {
    const { origin } = new URL(request.url);
    return Response.json(await useAll(instrumentEnv(pushmeter, withCache(env)), fetchMeasured, origin));
  },
});

export default {
  async fetch(request, env, ctx) {
    const { origin, pathname } = new URL(request.url);
    if (pathname === "/plain/ok") return new Response("ok");
    return pathname === "/plain"
      ? Response.json(await useAll(withCache(env), fetch, origin))
      : worker.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
