/** The server: HTTP in front, shards behind. */
import { environment, type Runtime, systemRuntime } from "@pushmeter/sdk/adapter";
import type { Incoming } from "../incoming.ts";
import { answer } from "../routes.ts";
import { HttpServer } from "./http-server.ts";
import { LocalShards } from "./local-shards.ts";
import { isPostgres, type ServerOptions, settingsOf } from "./options.ts";
import { Database } from "./postgres/database.ts";
import { SharedShards } from "./postgres/shared-shards.ts";
import type { ServerShards } from "./server-shards.ts";
import { SqliteFile } from "./sqlite-file.ts";

export interface AggregatorServer {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  /** Answers the requests that are under way, pushes what has come since the last heartbeat, and closes the store. */
  close(): Promise<void>;
}

/**
 * Starts an aggregator outside Cloudflare. It takes OTLP/HTTP at `POST /v1/metrics`, adds up what many short-lived
 * instances send, keeps the totals in a SQLite file and pushes them to Prometheus every 15 s.
 *
 * @example
 * ```ts
 * const server = await startServer({ push: (runtime) => remoteWrite({ url }, runtime), token });
 * ```
 * @param runtime - clock and randomness, for tests.
 * @throws TypeError for an option that is unknown or unusable, Error if the store or the port cannot be had.
 */
export async function startServer(
  options: ServerOptions = {},
  runtime: Runtime = systemRuntime,
): Promise<AggregatorServer> {
  const { access, context, port, host, store, shards, formerShards, limit } = settingsOf(
    options,
    environment(),
  );
  const shardContext = { ...context, runtime };
  const binding: ServerShards = isPostgres(store)
    ? new SharedShards(shardContext, await Database.open(store))
    : new LocalShards(shardContext, new SqliteFile(store));
  const router = { binding, shards, formerShards };
  let isReady = false;
  const handler = async (request: Incoming): Promise<Response> => {
    if (request.path === "/healthz") return new Response("ok\n");
    if (request.path === "/readyz") return readiness(binding, isReady);
    return answer(request, router, { access, limit });
  };
  try {
    await binding.start();
    const http = await HttpServer.listen(port, host, handler);
    isReady = true;
    return {
      url: http.url,
      async close() {
        isReady = false;
        await http.close();
        await binding.close();
      },
    };
  } catch (error) {
    await binding.close();
    throw error;
  }
}

/** Whether requests should come here. */
async function readiness(binding: ServerShards, isReady: boolean): Promise<Response> {
  try {
    await binding.check();
    if (isReady) return new Response("ready\n");
    return new Response("the server is starting or ending\n", { status: 503 });
  } catch (error) {
    console.error(`pushmeter: aggregator: not ready: ${error}`);
    return new Response("the store cannot be reached\n", { status: 503 });
  }
}
