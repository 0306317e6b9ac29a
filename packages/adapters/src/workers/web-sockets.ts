/** WebSockets that a Worker answers with. */
import type { Attributes, Counter } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { type Ending, recorderOf, withOutcome } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { durations } from "../durations.ts";
import { type Context, platformOf } from "./context.ts";

/** The part of the platform's WebSocket that is used. */
interface Socket {
  binaryType?: string;
  accept(): void;
  send(data: unknown): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: SocketEvent) => void): void;
}

interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

type Response101 = Response & { readonly webSocket?: Socket | null };

/** Codes that a close frame may carry: RFC 6455, 7.4. The others say that there was none. */
const isSent = (code = 1005) => code < 1004 || (code > 1006 && code !== 1015);
/** Ends of a connection that are no failure: normal, and the client went to another page. */
const NORMAL = new Set([1000, 1001, 1005]);

class WebSocketClosed extends Error {
  override readonly name = "WebSocketClosed";
}

/**
 * Measures the WebSockets that a `fetch` handler answers with: `pushmeter.websocket.duration` when one ends, with `outcome`
 * (`canceled` if the connection was lost), and `pushmeter.websocket.messages` by `network.io.direction`, `receive` from
 * the client or `transmit` to it. Messages pass through the Worker, which therefore lives as long as the connection; for
 * hibernating WebSockets of a Durable Object use `instrumentDurableObject` instead.
 *
 * @example
 * ```ts
 * export default instrumentWorker(pushmeter, { fetch: measureWebSockets(pushmeter, fetch) });
 * ```
 */
export function measureWebSockets<Env, Ctx extends Context>(
  pushmeter: Pushmeter<Env>,
  fetch: (request: Request, env: Env, ctx: Ctx) => Response | Promise<Response>,
): (request: Request, env: Env, ctx: Ctx) => Promise<Response> {
  const recorder = recorderOf(pushmeter);
  const record = durations(pushmeter, "pushmeter.websocket.duration", "Duration of WebSocket connections.");
  let messages: Counter | undefined;

  /** Passes on what one side sends to the other. */
  const relay = (from: Socket, to: Socket, direction: string, ended: (ending: Ending) => void) => {
    from.binaryType = "arraybuffer";
    from.accept();
    const close = (code?: number, reason?: string) => {
      try {
        if (isSent(code)) to.close(code, reason);
        else to.close();
      } catch {
        // The other side has closed already.
      }
    };
    from.addEventListener("message", ({ data }) => {
      attempt(recorder, () => {
        messages ??= pushmeter.meter.createCounter("pushmeter.websocket.messages", {
          unit: "{message}",
          description: "Messages of WebSockets.",
        });
        messages.add(1, { "network.io.direction": direction });
      });
      to.send(data);
    });
    from.addEventListener("close", ({ code = 1005, reason }) => {
      close(code, reason);
      ended(NORMAL.has(code) ? {} : { thrown: { error: lost(code) } });
    });
    from.addEventListener("error", () => {
      close(1011);
      ended({ thrown: { error: new WebSocketClosed() } });
    });
  };

  return async (request, env, ctx) => {
    const response: Response101 = await fetch(request, env, ctx);
    const { webSocket: inner, headers } = response;
    if (!inner) return response;
    const { WebSocketPair } = globalThis as unknown as {
      readonly WebSocketPair: new () => { readonly 0: Socket; readonly 1: Socket };
    };
    const { 0: client, 1: outer } = new WebSocketPair();
    const platform = () => platformOf(env, ctx);
    const invocation = recorder.begin("http", platform, {});
    const { promise, resolve } = Promise.withResolvers<void>();
    let isOpen = true;
    const ended = (ending: Ending) => {
      if (isOpen && invocation) {
        const attributes: Attributes = {};
        attempt(recorder, record, invocation.startedAt, withOutcome(attributes, ending));
        recorder.endIgnored(invocation, platform);
      }
      isOpen = false;
      resolve();
    };
    relay(outer, inner, "receive", ended);
    relay(inner, outer, "transmit", ended);
    ctx.waitUntil(promise);
    return new Response(null, { status: 101, headers, webSocket: client } as ResponseInit);
  };
}

/** 1006: the connection was lost without a word, as when a client leaves. */
function lost(code: number): Error {
  return code === 1006 ? new DOMException("the connection was lost", "AbortError") : new WebSocketClosed();
}
