/** What Mimir and Cortex have in common: one process with tenants, whose limits stand in a file that is read again. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Process } from "../servers/process.ts";
import { createOverrides, type LimitNames, Overrides } from "./overrides.ts";
import { promql } from "./promql.ts";
import type { Receiver } from "./types.ts";
import { remoteWriteTo } from "./wires.ts";

export interface TenantServer {
  /** The program. */
  readonly file: string;
  /** The receiver's own names of the limits. */
  readonly limits: LimitNames;
  /** Where OTLP goes. */
  readonly otlpPath: string;
  /** Its configuration: limits of tenants are read from `overrides.json` in the folder. */
  configuration(ports: readonly number[], folder: string): object | Promise<object>;
}

/** Starts it and returns a first tenant. */
export async function startTenants(server: TenantServer): Promise<Receiver> {
  const process = await Process.start({
    file: server.file,
    ports: 3,
    ready: ([port]) => `http://127.0.0.1:${port}/ready`,
    args: async (ports, folder) => {
      const path = join(folder, "configuration.json");
      await writeFile(path, JSON.stringify(await server.configuration(ports, folder)));
      await createOverrides(join(folder, "overrides.json"));
      return [`-config.file=${path}`];
    },
  });
  const overrides = new Overrides(
    join(process.folder, "overrides.json"),
    server.limits,
    () => `${process.url}/runtime_config`,
  );
  const tenant = (name: string): Receiver => {
    const headers = { "x-scope-orgid": name };
    const write = `${process.url}/api/v1/push`;
    return {
      endpoints: {
        ...remoteWriteTo(write),
        OTLP: `${process.url}${server.otlpPath}`,
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
