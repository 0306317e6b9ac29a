/** A Worker whose responses stream; it measures whole bodies, unless it is told not to measure. */
import { env } from "cloudflare:workers";
import { instrumentWorker, wholeBody } from "@pushmeter/adapters/workers";
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
      default:
        return new Response("hello");
    }
  },
};

const route = (request: Request) => new URL(request.url).pathname;

export default env.MEASURED === "false"
  ? handlers
  : instrumentWorker(pushmeter, handlers, { route, body: wholeBody });
