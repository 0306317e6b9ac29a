/** What a server may be told. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { Destination, Runtime } from "@pushmeter/sdk";
import {
  checkFunction,
  checkNames,
  chosenDestination,
  type Environment,
  invalid,
} from "@pushmeter/sdk/adapter";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Access, type AccessOptions } from "../access.ts";
import { scrapeOnly } from "../core/scrape-only.ts";
import { LARGEST_BODY } from "../routes.ts";
import { SHARD_OPTIONS, type ShardOptions, shardSettings } from "../shard-options.ts";
import { checkShards } from "../shards.ts";
import type { Log } from "./log.ts";
import type { ShardContext } from "./running-shard.ts";

export interface ServerOptions extends ShardOptions, AccessOptions {
  /**
   * Where the totals go. `runtime` tells the time of the samples: hand it to the destination. Default: what
   * `PUSHMETER_REMOTE_WRITE_URL` or `PUSHMETER_PUSHGATEWAY_URL` names; without them nothing is pushed and the totals
   * are at `GET /metrics`.
   */
  readonly push?: ((runtime: Runtime) => Destination) | undefined;
  /** Default 4318, the usual one for OTLP; 0: a free one. */
  readonly port?: number | undefined;
  /** The address to listen on. Default: all of them, and `127.0.0.1` without a token. */
  readonly host?: string | undefined;
  /**
   * A SQLite file for a server that is alone, or `postgres://…` for several servers that share their shards. Default
   * `pushmeter-aggregator.db`, in the current folder.
   */
  readonly store?: string | undefined;
  /** Of each service. Default 1, at most 1,000. */
  readonly shards?: number | undefined;
  /** The number before it was changed, for some hours after the change; not with PostgreSQL. Default none. */
  readonly formerShards?: number | undefined;
  /** Bytes of a body, inflated. Default and at most 1,900,000: what one stored value holds. */
  readonly limit?: number | undefined;
  /** Hears what somebody should read. Default: standard output. */
  readonly log?: Log | undefined;
}

export interface ServerSettings {
  readonly access: Access;
  readonly context: Omit<ShardContext, "runtime">;
  readonly port: number;
  readonly host: string;
  readonly store: string;
  readonly shards: number;
  readonly formerShards: number | undefined;
  readonly limit: number;
}

const NAMES =
  `push port host store shards formerShards limit log token serviceTokens readToken adminToken ` +
  SHARD_OPTIONS;
const STORE = "pushmeter-aggregator.db";
const NAME = "startServer";

/** @throws TypeError for an option that is unknown or unusable. */
export function settingsOf(options: ServerOptions, env: Environment): ServerSettings {
  checkNames(NAME, options, NAMES);
  const { port = 4318, store = STORE, shards = 1, formerShards, limit = LARGEST_BODY } = options;
  const { push = pushFrom(env), log = (line) => console.info(`pushmeter-aggregator: ${line}`) } = options;
  const { token, serviceTokens, readToken, adminToken } = options;
  checkFunction(`${NAME} push`, push);
  checkFunction(`${NAME} log`, log);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    invalid(`${NAME} port`, port, "a whole number from 0 to 65535");
  }
  checkStore(store);
  checkShards(shards);
  if (formerShards !== undefined) checkShards(formerShards);
  if (formerShards !== undefined && isPostgres(store)) {
    throw new TypeError(`pushmeter: ${NAME} formerShards cannot be had with PostgreSQL`);
  }
  if (!(limit >= 1 && limit <= LARGEST_BODY)) {
    invalid(`${NAME} limit`, limit, `a number of bytes from 1 to ${LARGEST_BODY}`);
  }
  const hasToken = [token, serviceTokens, readToken, adminToken].some((one) => one !== undefined);
  const { host = hasToken ? "0.0.0.0" : "127.0.0.1" } = options;
  if (typeof host !== "string" || !host) invalid(`${NAME} host`, host, "an address of this machine");
  if (!hasToken && !/^(127\.|::1$|localhost$)/.test(host)) {
    throw new TypeError(
      `pushmeter: ${NAME} needs a token to listen on ${host}: without one it listens on 127.0.0.1 only`,
    );
  }
  const access = new Access(NAME, { token, serviceTokens, readToken, adminToken }, true);
  const settings = shardSettings(NAME, options);
  return {
    access,
    context: { destination: push, settings, log },
    port,
    host,
    store,
    shards,
    formerShards,
    limit,
  };
}

/** @throws TypeError for a destination that adds nothing up, or as the destination does. */
function pushFrom(env: Environment): (runtime: Runtime) => Destination {
  const chosen = chosenDestination(env);
  if (!chosen) return scrapeOnly;
  const { name, options } = chosen;
  if (name === "OTLP") {
    throw new TypeError(
      "pushmeter: PUSHMETER_OTLP_URL cannot take the totals: use PUSHMETER_REMOTE_WRITE_URL",
    );
  }
  const make = (runtime?: Runtime) =>
    name === "REMOTE_WRITE"
      ? remoteWrite(options, runtime)
      : pushgateway({ ...options, deleteOnShutdown: true }, runtime);
  // What is wrong shows at the start, and not at the first heartbeat.
  make();
  return make;
}

export function isPostgres(store: string): boolean {
  return /^postgres(ql)?:\/\//.test(store);
}

function checkStore(store: unknown): void {
  if (typeof store !== "string" || !store || (isPostgres(store) && !URL.canParse(store))) {
    invalid(`${NAME} store`, store, "the path of a file, or postgres://user@host/database");
  }
  if (store === ":memory:" || isPostgres(store)) return;
  const folder = dirname(store);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new TypeError(`pushmeter: ${NAME} store: there is no folder ${folder}`);
}
