/** An OpenTelemetry Collector with a configuration of this repository, between OTLP and remote write. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Process } from "./process.ts";

/** Adds up what all instances send. */
export const SUMMING = join(import.meta.dirname, "../../../deploy/collector.yaml");

const OTLP = "127.0.0.1:4318";
const REMOTE_WRITE = "http://127.0.0.1:9090/api/v1/write";

export interface CollectorOptions {
  readonly writeUrl: string;
  /** The configuration's file. Default `SUMMING`. */
  readonly configuration?: string;
  /** Replaced in the configuration's text, by what it is replaced with. */
  readonly replace?: Readonly<Record<string, string>>;
}

/** `restart()` ends it with SIGTERM. Its own metrics are off: their port would be a fixed one. */
export function startCollector(file: string, options: CollectorOptions): Promise<Process> {
  const { writeUrl, configuration = SUMMING, replace = {} } = options;
  return Process.start({
    file,
    signal: "SIGTERM",
    // It has the OTLP paths and no other.
    readyStatus: 404,
    ready: ([port]) => `http://127.0.0.1:${port}/`,
    args: async ([port], folder) => {
      let text = await readFile(configuration, "utf8");
      const all = { [OTLP]: `127.0.0.1:${port}`, [REMOTE_WRITE]: writeUrl, ...replace };
      for (const [from, to] of Object.entries(all)) {
        if (!text.includes(from)) throw new Error(`${configuration} has no ${from}`);
        text = text.replaceAll(from, to);
      }
      const copy = join(folder, "collector.yaml");
      await writeFile(copy, text);
      return ["--config", copy, "--config", "yaml:service::telemetry::metrics::level: none"];
    },
  });
}
