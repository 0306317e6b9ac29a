/** Cortex in one process: storage in a folder, rings in memory, limits per tenant. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Process } from "../servers/process.ts";
import { createOverrides, Overrides } from "./overrides.ts";
import { promql } from "./promql.ts";
import type { Receiver } from "./types.ts";

export interface CortexSettings {
  /** It takes remote write 2.0, which is off by default. */
  readonly version2: boolean;
}

export async function startCortex(file: string, { version2 }: CortexSettings): Promise<Receiver> {
  const process = await Process.start({
    file,
    ports: 3,
    ready: ([port]) => `http://127.0.0.1:${port}/ready`,
    args: async (ports, folder) => {
      await writeFile(join(folder, "cortex.json"), JSON.stringify(configuration(ports, folder, version2)));
      await createOverrides(join(folder, "overrides.json"));
      return [`-config.file=${join(folder, "cortex.json")}`];
    },
  });
  const overrides = new Overrides(
    join(process.folder, "overrides.json"),
    { series: "max_series_per_user", labelValue: "max_label_value_length" },
    () => `${process.url}/runtime_config`,
  );
  const tenant = (name: string): Receiver => {
    const headers = { "x-scope-orgid": name };
    const write = `${process.url}/api/v1/push`;
    return {
      endpoints: {
        "remote write 1.0": write,
        "remote write auto": write,
        OTLP: `${process.url}/api/v1/otlp/v1/metrics`,
      },
      headers,
      ...promql(`${process.url}/prometheus`, { headers }),
      tenant,
      setLimits: (limits) => overrides.set(name, limits),
      restart: () => process.restart(),
      stop: () => process.stop(),
    };
  };
  return tenant("zoo");
}

function configuration([http, grpc, gossip]: readonly number[], folder: string, version2: boolean): object {
  const kvstore = { store: "inmemory" };
  const ring = { kvstore, instance_addr: "127.0.0.1" };
  return {
    // "all" wants an alertmanager with object storage.
    target: "distributor,ingester,querier,query-frontend,store-gateway",
    auth_enabled: true,
    server: {
      http_listen_address: "127.0.0.1",
      http_listen_port: http,
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: grpc,
      log_level: "warn",
    },
    memberlist: { bind_addr: ["127.0.0.1"], bind_port: gossip },
    blocks_storage: {
      backend: "filesystem",
      filesystem: { dir: join(folder, "blocks") },
      // Small: every tenant has a database of its own.
      tsdb: { dir: join(folder, "tsdb"), ship_interval: "0s", stripe_size: 128 },
      bucket_store: { sync_dir: join(folder, "sync") },
    },
    distributor: { shard_by_all_labels: true, remote_writev2_enabled: version2, ring },
    ingester: {
      lifecycler: {
        address: "127.0.0.1",
        join_after: "0s",
        min_ready_duration: "0s",
        final_sleep: "0s",
        ring: { kvstore, replication_factor: 1 },
      },
    },
    // Two that share one file crash with SIGBUS, and the default is the working directory.
    querier: { active_query_tracker_dir: join(folder, "queries") },
    frontend_worker: { frontend_address: `127.0.0.1:${grpc}`, match_max_concurrent: true },
    store_gateway: {
      sharding_enabled: true,
      sharding_ring: { ...ring, replication_factor: 1, wait_stability_min_duration: "0s" },
    },
    runtime_config: { file: join(folder, "overrides.json"), period: "1s" },
    limits: {
      out_of_order_time_window: "0s",
      enable_native_histograms: true,
      ingestion_rate: 1_000_000,
      ingestion_burst_size: 10_000_000,
    },
  };
}
