/** A Worker whose default export is a class: it consumes a queue and serves nothing else. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { instrumentEntrypoint } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

interface Env {
  readonly PUSH_URL: string;
}

const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => remoteWrite({ url: env.PUSH_URL }),
  flush: { every: 200 },
});

export default instrumentEntrypoint(
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
