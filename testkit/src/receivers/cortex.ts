/** Cortex in one process: storage in a folder, rings in memory, limits per tenant. */
import { join } from "node:path";
import { startTenants } from "./tenants.ts";
import type { Receiver } from "./types.ts";

export interface CortexSettings {
  /** It takes remote write 2.0, which is off by default. */
  readonly version2: boolean;
}

export function startCortex(file: string, { version2 }: CortexSettings): Promise<Receiver> {
  return startTenants({
    file,
    limits: { series: "max_series_per_user", labelValue: "max_label_value_length" },
    otlpPath: "/api/v1/otlp/v1/metrics",
    configuration: (ports, folder) => configuration(ports, folder, version2),
  });
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
      // Small: each tenant has its own database.
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
