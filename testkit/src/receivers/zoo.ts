/** All receivers: how each is started, how it differs, and what its users have to know. */

import type { ProgramName } from "../servers/programs.ts";
import { COLLECTOR_DROPS, startCollector } from "./collector.ts";
import { startCortex } from "./cortex.ts";
import { startDouble } from "./double.ts";
import {
  cortexManners,
  cortexWithout2Manners,
  grafanaCloudManners,
  mimirManners,
  thanosManners,
} from "./manners.ts";
import { startMimir } from "./mimir.ts";
import { missingPrograms, type Programs } from "./programs.ts";
import { startPrometheus, startPrometheusAgent } from "./prometheus.ts";
import { startPushgateway } from "./pushgateway.ts";
import { startThanos } from "./thanos.ts";
import type { Fault, Receiver, Traits } from "./types.ts";
import { startVictoriaMetrics, startVmagent, VMAGENT_DROPS } from "./victoria-metrics.ts";
import type { Wire } from "./wires.ts";

/** A kind of receiver. */
export interface Kind {
  readonly name: string;
  /** The programs that it is made of. */
  readonly programs: readonly ProgramName[];
  readonly wires: readonly Wire[];
  readonly traits: Traits;
  /** @throws Error for a program that is missing. */
  start(programs: Programs): Promise<Receiver>;
  /** Starts what takes its place on machines without its programs. */
  startDouble?(): Promise<Receiver>;
}

interface Definition<Needs extends ProgramName> extends Kind {
  readonly programs: readonly Needs[];
  start(programs: Readonly<Record<Needs, string>>): Promise<Receiver>;
}

function kind<Needs extends ProgramName>(definition: Definition<Needs>): Kind {
  return {
    ...definition,
    async start(programs) {
      const missing = missingPrograms(definition, programs);
      if (missing.length) throw new Error(`${definition.name} needs ${missing.join(" and ")}`);
      return definition.start(programs as Readonly<Record<Needs, string>>);
    },
  };
}

const REMOTE_WRITE = ["remote write 1.0", "remote write auto"] as const;
const WITH_NATIVE = [...REMOTE_WRITE, "remote write native"] as const;
const WITH_OTLP = [...REMOTE_WRITE, "OTLP"] as const;
/** What is missing where a wire has no zeros and the receiver makes none of start timestamps. */
const NO_ZEROS: readonly Fault[] = ["zeros", "growth"];

/** https://grafana.com/docs/grafana-cloud/billing-and-usage/usage-limits/ and …/label-handling-and-limits/ */
const GRAFANA_CLOUD = {
  ingestion_rate: 10_000,
  ingestion_burst_size: 200_000,
  max_global_series_per_user: 150_000,
  out_of_order_time_window: "2h",
  label_value_length_over_limit_strategy: "truncate",
};

interface Prometheus35 {
  readonly flags?: readonly string[];
  readonly configuration?: object;
  readonly wires?: readonly Wire[];
  readonly traits?: Traits;
}

const prometheus35 = (name: string, settings: Prometheus35 = {}): Kind =>
  kind({
    name: `Prometheus 3.5${name && `, ${name}`}`,
    programs: ["PROMETHEUS_BIN"],
    wires: REMOTE_WRITE,
    traits: {},
    start: (files) => startPrometheus(files.PROMETHEUS_BIN, settings),
    ...settings,
  });

export const ZOO: readonly Kind[] = [
  prometheus35("", {
    // It does not take native histograms: classic ones come instead.
    wires: [...WITH_NATIVE, "remote write 2.0"],
  }),
  prometheus35("zeros of start timestamps", {
    wires: [...REMOTE_WRITE, "remote write 2.0"],
    flags: ["--enable-feature=created-timestamp-zero-ingestion"],
  }),
  prometheus35("native histograms", {
    wires: WITH_NATIVE,
    flags: ["--enable-feature=native-histograms"],
  }),
  prometheus35("out-of-order window", {
    configuration: { storage: { tsdb: { out_of_order_time_window: "30m" } } },
  }),
  prometheus35("1.0 only", {
    flags: ["--web.remote-write-receiver.accepted-protobuf-messages=prometheus.WriteRequest"],
  }),
  kind({
    name: "Prometheus 3.5, agent mode",
    programs: ["PROMETHEUS_BIN"],
    wires: REMOTE_WRITE,
    // It passes on nothing from before its start, and takes nothing from ten minutes ahead on.
    traits: { delayed: true, window: 400_000 },
    start: (files) => startPrometheusAgent(files.PROMETHEUS_BIN),
  }),
  kind({
    name: "Prometheus 3.15",
    programs: ["PROMETHEUS_3_15_BIN"],
    wires: [...WITH_NATIVE, "remote write 2.0", "OTLP"],
    traits: { anchored: true, own: { OTLP: NO_ZEROS } },
    start: (files) =>
      startPrometheus(files.PROMETHEUS_3_15_BIN, {
        otlp: true,
        flags: ["--enable-feature=promql-extended-range-selectors"],
      }),
  }),
  kind({
    name: "Prometheus 3.15, zeros of start timestamps",
    programs: ["PROMETHEUS_3_15_BIN"],
    // Starts over OTLP are OpenTelemetry's own, by the system's clock: simulated time has none.
    wires: [...WITH_NATIVE, "remote write 2.0"],
    // It checks the time of a sample, and not that of the zero that it makes of its start.
    traits: { anchored: true, takesFuture: true },
    start: (files) =>
      startPrometheus(files.PROMETHEUS_3_15_BIN, {
        otlp: true,
        flags: ["--enable-feature=promql-extended-range-selectors,created-timestamp-zero-ingestion"],
      }),
  }),
  kind({
    name: "Prometheus 3.16, start timestamps",
    programs: ["PROMETHEUS_3_16_BIN"],
    wires: [...WITH_NATIVE, "remote write 2.0", "OTLP"],
    traits: { anchored: true, own: { OTLP: NO_ZEROS } },
    start: (files) =>
      startPrometheus(files.PROMETHEUS_3_16_BIN, {
        otlp: true,
        flags: ["--enable-feature=st-storage,use-start-timestamps"],
      }),
  }),
  kind({
    name: "Prometheus 2.42",
    programs: ["PROMETHEUS_2_BIN"],
    // It does not take native histograms either.
    wires: WITH_NATIVE,
    traits: { takesFuture: true },
    start: (files) => startPrometheus(files.PROMETHEUS_2_BIN),
  }),
  kind({
    name: "VictoriaMetrics",
    programs: ["VICTORIA_METRICS_BIN"],
    wires: WITH_OTLP,
    traits: { increase: "exact", otlpJob: "service_name", own: { OTLP: NO_ZEROS } },
    start: (files) => startVictoriaMetrics(files.VICTORIA_METRICS_BIN),
  }),
  kind({
    name: "vmagent, then Prometheus 3.5",
    programs: ["VMAGENT_BIN", "PROMETHEUS_BIN"],
    wires: REMOTE_WRITE,
    traits: {
      delayed: true,
      collects: 1_500,
      // Prometheus refuses a block for one sample that came twice or from ahead, and vmagent drops it, with the
      // zeros in it.
      tells: VMAGENT_DROPS,
      drops: NO_ZEROS,
      dropsFuture: true,
    },
    start: async (files) => startVmagent(files.VMAGENT_BIN, await startPrometheus(files.PROMETHEUS_BIN)),
  }),
  kind({
    name: "vmagent, then VictoriaMetrics",
    programs: ["VMAGENT_BIN", "VICTORIA_METRICS_BIN"],
    wires: REMOTE_WRITE,
    traits: { delayed: true, collects: 1_500, increase: "exact", tells: VMAGENT_DROPS },
    start: async (files) =>
      startVmagent(files.VMAGENT_BIN, await startVictoriaMetrics(files.VICTORIA_METRICS_BIN)),
  }),
  kind({
    name: "Mimir",
    programs: ["MIMIR_BIN"],
    wires: [...WITH_NATIVE, "remote write 2.0", "OTLP"],
    traits: { anchored: true, own: { OTLP: NO_ZEROS } },
    start: (files) => startMimir(files.MIMIR_BIN),
    startDouble: () => startDouble(mimirManners),
  }),
  kind({
    name: "Grafana Cloud, by its limits",
    programs: ["MIMIR_BIN"],
    wires: [...WITH_NATIVE, "remote write 2.0", "OTLP"],
    traits: { anchored: true, cutsLabels: true, own: { OTLP: NO_ZEROS } },
    start: (files) => startMimir(files.MIMIR_BIN, GRAFANA_CLOUD),
    startDouble: () => startDouble(grafanaCloudManners),
  }),
  kind({
    name: "Cortex, 2.0 on",
    programs: ["CORTEX_BIN"],
    wires: [...WITH_NATIVE, "remote write 2.0", "OTLP"],
    traits: { own: { OTLP: NO_ZEROS } },
    start: (files) => startCortex(files.CORTEX_BIN, { version2: true }),
    startDouble: () => startDouble(cortexManners),
  }),
  kind({
    name: "Cortex, 2.0 off",
    programs: ["CORTEX_BIN"],
    wires: WITH_NATIVE,
    traits: {},
    start: (files) => startCortex(files.CORTEX_BIN, { version2: false }),
    startDouble: () => startDouble(cortexWithout2Manners),
  }),
  kind({
    name: "Thanos",
    programs: ["THANOS_BIN"],
    wires: [...WITH_NATIVE, "OTLP"],
    traits: { takesFuture: true, own: { OTLP: NO_ZEROS } },
    start: (files) => startThanos(files.THANOS_BIN),
    startDouble: () => startDouble(thanosManners),
  }),
  kind({
    name: "Pushgateway, then Prometheus 3.5",
    programs: ["PUSHGATEWAY_BIN", "PROMETHEUS_BIN"],
    wires: ["Pushgateway"],
    traits: { delayed: true, clock: "receiver", own: { Pushgateway: NO_ZEROS } },
    start: (files) =>
      startPushgateway({ pushgateway: files.PUSHGATEWAY_BIN, prometheus: files.PROMETHEUS_BIN }),
  }),
  kind({
    name: "Collector, then Prometheus 3.5",
    programs: ["OTELCOL_BIN", "PROMETHEUS_BIN"],
    wires: ["OTLP"],
    traits: {
      delayed: true,
      own: { OTLP: NO_ZEROS },
      // Prometheus refuses what is from ahead, and the Collector has acknowledged it by then.
      tells: COLLECTOR_DROPS,
      dropsFuture: true,
    },
    start: async (files) => startCollector(files.OTELCOL_BIN, await startPrometheus(files.PROMETHEUS_BIN)),
  }),
];

/** Receivers that have a double. */
export const DOUBLED = ZOO.filter(({ startDouble }) => startDouble);
