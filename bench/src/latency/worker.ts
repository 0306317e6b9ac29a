/** One handler that waits for a backend, unwrapped and wrapped with each flush policy: `MODE` chooses. */
import { instrumentWorker, type WorkerContext, type WorkerHandlers } from "@pushmeter/adapters/workers";
import { createPushmeter, type FlushPolicy } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { Mode } from "./latency.ts";

interface Env {
  readonly MODE: Mode;
  readonly BACKEND_URL: string;
  readonly REMOTE_WRITE_URL: string;
}

const handlers = {
  async fetch(_request: Request, env: Env) {
    const response = await fetch(env.BACKEND_URL);
    return new Response(await response.text());
  },
};

function wrapped(service: Mode, flush?: FlushPolicy) {
  const push = (env: Env) => remoteWrite({ url: env.REMOTE_WRITE_URL });
  return instrumentWorker(createPushmeter({ service, push, flush }), handlers);
}

const workers: Record<Mode, WorkerHandlers<Env>> = {
  unwrapped: handlers,
  "unwrapped, again": handlers,
  "default flush": wrapped("default flush"),
  'flush: "invocation"': wrapped('flush: "invocation"', "invocation"),
};

export default {
  fetch: (request: Request, env: Env, ctx: WorkerContext) => workers[env.MODE].fetch?.(request, env, ctx),
};
