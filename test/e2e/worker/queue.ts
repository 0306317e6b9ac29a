/** A Worker that consumes a queue and serves nothing else; what its `fetch` does is not measured. */
import { env } from "cloudflare:workers";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

interface Bindings {
  readonly JOBS: { sendBatch(messages: readonly { readonly body: unknown }[]): Promise<void> };
}

const pushmeter = createPushmeter({
  service: "courses",
  push: remoteWrite({ url: env.PUSH_URL ?? "" }),
  flush: { every: Number(env.FLUSH) },
  onError: () => {},
});

/** How long a batch takes, ms. */
const WORK = 20;
let handled = 0;

const handlers = {
  async queue(_batch: { readonly queue: string }) {
    await new Promise((resolve) => setTimeout(resolve, WORK));
    handled++;
  },
};
const worker = env.MEASURED === "false" ? handlers : instrumentWorker(pushmeter, handlers);

export default {
  ...worker,
  /** `/send/10` sends so many messages; every request is answered with the number of batches that were handled. */
  async fetch(request: Request, { JOBS }: Bindings): Promise<Response> {
    const messages = Number(/^\/send\/(\d+)$/.exec(new URL(request.url).pathname)?.[1] ?? 0);
    if (messages) await JOBS.sendBatch(Array.from({ length: messages }, (_, i) => ({ body: i })));
    return Response.json(handled);
  },
};
