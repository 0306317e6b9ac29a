/** Sends to a receiver without a network, as `fetch` does it. */
import type { DevReceiver } from "../receiver.ts";

export function fetchOf(receiver: DevReceiver): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, headers } = request;
    const { pathname } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const answer = await receiver.receive({ method, pathname, headers, body });
    const { status } = answer;
    const content = answer.body as string | Uint8Array<ArrayBuffer> | undefined;
    return new Response(status === 204 ? null : content, { status, headers: { ...answer.headers } });
  };
}
