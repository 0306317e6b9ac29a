/** The aggregator as OTLP senders reach it. */
import { env } from "cloudflare:workers";
import { createAggregator, ingest } from "@pushmeter/aggregator";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

interface Env {
  readonly PUSHMETER: Parameters<typeof ingest>[1];
  readonly TOKEN: string;
  readonly REMOTE_WRITE_URL: string;
}

export class Aggregator extends createAggregator<Env>({
  push: (env, runtime) => remoteWrite({ url: env.REMOTE_WRITE_URL }, runtime),
  every: Number(env.EVERY),
}) {}

export default {
  fetch: (request: Request, env: Env) => ingest(request, env.PUSHMETER, { token: env.TOKEN }),
};
