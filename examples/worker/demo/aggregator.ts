/** The aggregator in a workerd of its own, as `wrangler dev` would start it from aggregator/wrangler.jsonc. */
import { randomBytes } from "node:crypto";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle } from "./instance.ts";

export interface Status {
  readonly instances: number;
  readonly series: number;
  readonly batches: number;
}

export class AggregatorServer {
  /** Where OTLP goes. */
  readonly url: string;
  readonly token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /**
   * @param remoteWrite - where it writes to.
   * @param resources - get workerd, to be ended with them.
   */
  static async start(remoteWrite: string, resources: AsyncDisposableStack): Promise<AggregatorServer> {
    const token = randomBytes(16).toString("hex");
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        name: "aggregator",
        host: "127.0.0.1",
        port: 0,
        cf: false,
        modules: true,
        script: await bundle("aggregator/index.ts"),
        compatibilityDate: "2026-10-01",
        compatibilityFlags: ["nodejs_compat"],
        bindings: { PUSHMETER_TOKEN: token, PUSHMETER_REMOTE_WRITE_URL: remoteWrite },
        durableObjects: { PUSHMETER: { className: "Aggregator", useSQLite: true } },
      }),
    );
    resources.adopt(miniflare, () => miniflare.dispose());
    const { origin } = await miniflare.ready;
    return new AggregatorServer(`${origin}/v1/metrics`, token);
  }

  async status(): Promise<Status> {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await fetch(new URL("/status?service=courses", this.url), { headers });
    return (await response.json()) as Status;
  }
}
