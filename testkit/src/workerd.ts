/** Workers in workerd, Cloudflare's own runtime. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptionsShape } from "miniflare";

export const COMPATIBILITY_DATE = "2026-10-01";

export interface WorkerdOptions extends V4WorkerOptionsShape {
  /** Where Durable Objects and other data are stored. Default: in memory. */
  readonly folder?: string | undefined;
}

/**
 * Starts one Worker on a free port of this machine; it can be used once `ready` resolves.
 *
 * @param script - one module, as `bundleWorker` makes it.
 */
export function startWorkerd(script: string, { folder, ...options }: WorkerdOptions = {}): Miniflare {
  return new Miniflare({
    ...convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.NONE),
      modules: true,
      script,
      compatibilityDate: COMPATIBILITY_DATE,
      ...options,
    }),
    ...(folder && { resourcePersistencePath: folder }),
  });
}
