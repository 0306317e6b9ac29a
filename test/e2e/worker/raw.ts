/** Handlers without a framework. */
import { Broken } from "./app.ts";
import type { Context, Env } from "./env.ts";

export async function raw(request: Request, ctx: Context): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const gate = searchParams.get("gate");
  switch (pathname) {
    case "/raw/hello":
      return new Response("hello", { headers: { "x-raw": "yes" } });
    case "/raw/echo":
      return new Response(request.body, { status: 202 });
    case "/raw/stream":
      return new Response(slowly(["one ", "two ", "three"]));
    case "/raw/throws/error":
      throw new RangeError("from the handler");
    case "/raw/throws/class":
      throw new Broken("from the handler");
    case "/raw/throws/text":
      throw "only a text";
    case "/raw/throws/undefined":
      throw undefined;
    case "/raw/aborted":
      // After the response, when the wrapper has recorded and lingers; or when a URL has answered.
      ctx.waitUntil((gate ? fetch(gate) : sleep(100)).then(() => ctx.abort(new Error("aborted"))));
      return new Response("soon gone");
    default:
      return new Response("nothing here", { status: 404 });
  }
}

export async function scheduled({ cron }: { readonly cron: string }): Promise<void> {
  await sleep(1);
  if (cron === "0 4 * * *") throw new Broken("from the handler");
}

export async function queue({ messages }: { readonly messages: readonly { body: unknown }[] }, _env: Env) {
  await sleep(1);
  if (messages.some(({ body }) => body === "throw")) throw new RangeError("from the handler");
}

function slowly(chunks: readonly string[]): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const write = async () => {
    const writer = writable.getWriter();
    for (const chunk of chunks) {
      await sleep(5);
      await writer.write(new TextEncoder().encode(chunk));
    }
    await writer.close();
  };
  void write();
  return readable;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
