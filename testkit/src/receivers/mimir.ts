/** Mimir in one process: storage in a folder, rings in memory, limits per tenant. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startTenants } from "./tenants.ts";
import type { Receiver } from "./types.ts";

/** @param limits - limits of every tenant, in Mimir's own names. */
export function startMimir(file: string, limits: Readonly<Record<string, unknown>> = {}): Promise<Receiver> {
  return startTenants({
    file,
    limits: { series: "max_global_series_per_user", labelValue: "max_label_value_length" },
    otlpPath: "/otlp/v1/metrics",
    configuration: async (ports, folder) => {
      await mkdir(join(folder, "rules"), { recursive: true });
      return configuration(ports, folder, limits);
    },
  });
}

function configuration(
  [http, grpc, gossip]: readonly number[],
  folder: string,
  limits: Readonly<Record<string, unknown>>,
): object {
  const kvstore = { store: "inmemory" };
  const ring = { kvstore, instance_addr: "127.0.0.1" };
  const local = { ...ring, replication_factor: 1, wait_stability_min_duration: "0s" };
  return {
    target: "all",
    multitenancy_enabled: true,
    usage_stats: { enabled: false },
    server: {
      http_listen_address: "127.0.0.1",
      http_listen_port: http,
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: grpc,
      log_level: "warn",
    },
    ingest_storage: { enabled: false },
    memberlist: {
      bind_addr: ["127.0.0.1"],
      bind_port: gossip,
      advertise_addr: "127.0.0.1",
      advertise_port: gossip,
    },
    common: { storage: { backend: "filesystem", filesystem: { dir: join(folder, "blobs") } } },
    blocks_storage: {
      storage_prefix: "blocks",
      // Small: each tenant has its own database.
      tsdb: { dir: join(folder, "tsdb"), ship_interval: "0s", stripe_size: 128 },
      bucket_store: { sync_dir: join(folder, "sync") },
    },
    compactor: { data_dir: join(folder, "compactor"), sharding_ring: withoutFactor(local) },
    distributor: { ring },
    ingester: {
      push_circuit_breaker: { enabled: false },
      ring: { ...ring, replication_factor: 1, min_ready_duration: "0s", final_sleep: "0s" },
    },
    querier: { ring },
    query_scheduler: { ring },
    frontend: { address: "127.0.0.1", cache_results: false },
    store_gateway: { sharding_ring: local },
    ruler: { rule_path: join(folder, "rules-work"), ring },
    ruler_storage: { backend: "local", local: { directory: join(folder, "rules") } },
    activity_tracker: { filepath: join(folder, "activity.log") },
    runtime_config: { file: join(folder, "overrides.json"), period: "1s" },
    limits: {
      native_histograms_ingestion_enabled: true,
      enabled_promql_extended_range_selectors: "all",
      ingestion_rate: 1_000_000,
      ingestion_burst_size: 10_000_000,
      ...limits,
    },
  };
}

/** The compactor's ring has no replication. */
function withoutFactor({ replication_factor: _, ...rest }: { replication_factor: number }): object {
  return rest;
}
