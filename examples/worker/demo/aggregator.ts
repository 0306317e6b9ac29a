/** The aggregator in workerd, as `wrangler dev` starts it from aggregator/wrangler.jsonc. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { startWorkerd } from "@pushmeter/testkit/workerd";

export interface Status {
  readonly instances: number;
  readonly series: number;
  readonly batches: number;
}

export class AggregatorServer {
  /** The endpoint for OTLP. */
  readonly url: string;
  readonly token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /**
   * @param remoteWrite - the URL that it writes to.
   * @param resources - gets workerd, to end it.
   */
  static async start(remoteWrite: string, resources: AsyncDisposableStack): Promise<AggregatorServer> {
    const token = randomBytes(16).toString("hex");
    const script = await bundleWorker({ file: join(import.meta.dirname, "../aggregator/index.ts") });
    const miniflare = startWorkerd(script, {
      name: "aggregator",
      bindings: { PUSHMETER_TOKEN: token, PUSHMETER_REMOTE_WRITE_URL: remoteWrite },
      durableObjects: { PUSHMETER: { className: "Aggregator", useSQLite: true } },
    });
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
