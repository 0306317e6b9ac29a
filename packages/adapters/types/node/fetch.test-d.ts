/** What the compiler promises to users of `instrumentFetch` and of the middleware, on Node, Deno and Bun. */
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import { recorderOf } from "@pushmeter/sdk/adapter";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { instrumentFetch } from "../../src/fetch.ts";
import { instrumentWorker } from "../../src/workers.ts";
import { same } from "../same.ts";

type Variables = Record<string, string | undefined>;

const pushmeter = createPushmeter({ push: ({ URL = "" }) => remoteWrite({ url: URL }) });
same<typeof pushmeter, Pushmeter<Variables>>();

const handler = instrumentFetch(
  pushmeter,
  (request: Request, info: { readonly ip: string }) => new Response(request.url + info.ip),
  {
    attributes: (_request, _response, env) => {
      same<typeof env, Variables>();
      return { region: env.REGION };
    },
  },
);
same<typeof handler, (request: Request, info: { readonly ip: string }) => Promise<Response>>();
// @ts-expect-error A handler returns a response.
instrumentFetch(pushmeter, () => "hello");

// What adapters use is not there for users.
// @ts-expect-error
pushmeter.begin;
// @ts-expect-error
pushmeter.report;
recorderOf(pushmeter).report(new Error("an adapter's"));

// Where the runtime's own types are not known, handlers get the part that pushmeter uses.
instrumentWorker(pushmeter, {
  async fetch(request, env, ctx) {
    ctx.waitUntil(request.text());
    return new Response(env.REGION);
  },
  scheduled({ cron }) {
    same<typeof cron, string>();
  },
});

/** Takes a pushmeter of any environment. */
function flushAll(...pushmeters: Pushmeter[]): Promise<boolean[]> {
  return Promise.all(pushmeters.map((each) => each.flush()));
}
void flushAll(
  pushmeter,
  createPushmeter({ push: (_env: { readonly DB: object }) => remoteWrite({ url: "" }) }),
);
