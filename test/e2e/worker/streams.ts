/** A Worker whose responses stream; it measures whole bodies, unless it is told not to measure. */
import { env } from "cloudflare:workers";
import {
  countActive,
  instrumentWorker,
  measureSizes,
  measureWebSockets,
  wholeBody,
} from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

const pushmeter = createPushmeter({
  service: "courses",
  push: remoteWrite({ url: env.PUSH_URL ?? "" }),
  flush: { every: 300 },
  onError: () => {},
});

const CHUNK = new Uint8Array(64 * 1024).fill(7);

/** @param failsAt - the chunk in whose place the stream breaks. */
function stream(chunks: number, pause: number, failsAt = Infinity): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      if (sent === failsAt) throw new RangeError("broken");
      if (sent++ === chunks) controller.close();
      else controller.enqueue(pause ? new TextEncoder().encode(`data: ${sent}\n\n`) : CHUNK);
    },
  });
}

const handlers = {
  fetch(request: Request): Response {
    switch (new URL(request.url).pathname) {
      case "/second":
        return new Response(stream(5, 200));
      case "/breaks":
        return new Response(stream(5, 20, 3));
      case "/events":
        return new Response(stream(Infinity, 50), { headers: { "content-type": "text/event-stream" } });
      case "/large":
        return new Response(stream(800, 0));
      case "/socket": {
        const { 0: client, 1: server } = new WebSocketPair();
        server.accept();
        server.addEventListener("message", ({ data }) => server.send(`${data}!`));
        return new Response(null, { status: 101, webSocket: client } as ResponseInit);
      }
      default:
        return new Response("hello");
    }
  },
};

interface Socket {
  accept(): void;
  send(data: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}
declare const WebSocketPair: new () => { readonly 0: Socket; readonly 1: Socket };

const fetch = measureSizes(pushmeter, measureWebSockets(pushmeter, handlers.fetch));

const route = (request: Request) => new URL(request.url).pathname;

export default env.MEASURED === "false"
  ? handlers
  : instrumentWorker(pushmeter, { fetch: countActive(pushmeter, fetch) }, { route, body: wholeBody });
