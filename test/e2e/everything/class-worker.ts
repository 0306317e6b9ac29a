/** A Worker whose default export is a class: it consumes a queue and serves nothing else. */
import { env, WorkerEntrypoint } from "cloudflare:workers";
import { instrumentEntrypoint, instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

interface Env {
  readonly PUSH_URL: string;
  readonly INSTRUMENT: "instrumentWorker" | "instrumentEntrypoint";
}

const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => remoteWrite({ url: env.PUSH_URL }),
  flush: { every: 200 },
});

const instrument =
  (env as unknown as Env).INSTRUMENT === "instrumentWorker" ? instrumentWorker : instrumentEntrypoint;

export default instrument(
  pushmeter,
  class extends WorkerEntrypoint<Env> {
    override async queue(): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    override async fetch(): Promise<Response> {
      return new Response("hello");
    }
  },
);
