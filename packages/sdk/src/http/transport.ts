/**
 * Requests over `node:http` on AWS Lambda: there the first use of `fetch`, or of `Request`, costs a cold start some
 * 15 MB and tens of milliseconds. For Node, Deno and Bun; a bundle for the edge takes `transport.edge.ts` (`imports`
 * in package.json).
 */
import type { Reply, Send } from "./message.ts";

/** The part of Node's modules `http` and `https` that is used. */
interface Http {
  request(
    url: string,
    options: object,
    answered: (
      response: AsyncIterable<Uint8Array> & {
        readonly statusCode: number;
        readonly headers: Readonly<Record<string, string>>;
      },
    ) => void,
  ): {
    on(event: "error", listener: (error: Error) => void): void;
    end(body: Uint8Array | undefined): void;
  };
}

interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
}

const { process } = globalThis as { process?: Process };

/** Sends as `fetch` does, except that it follows no redirect. Undefined anywhere but on Lambda. */
export const send: Send | undefined =
  process?.env.AWS_LAMBDA_FUNCTION_NAME && process.getBuiltinModule ? sendOverHttp : undefined;

export function sendOverHttp(
  { url, method, headers, body, isFresh }: Parameters<Send>[0],
  signal: AbortSignal,
): Promise<Reply> {
  // An `import` of these modules, even where they are loaded already, costs a cold start tens of milliseconds.
  const { getBuiltinModule } = process as Required<Process>;
  const { request } = getBuiltinModule(`node:${new URL(url).protocol.slice(0, -1)}`) as Http;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...headers, "content-length": body?.length ?? 0 },
      signal,
      // Without Node's common agent, which keeps connections, there is a new one.
      ...(isFresh && { agent: false }),
    };
    const sent = request(url, options, (response) => {
      const get = (name: string) => response.headers[name] ?? null;
      resolve({ status: response.statusCode, headers: { get }, body: response });
    });
    sent.on("error", (cause) => reject(new TypeError("request failed", { cause })));
    sent.end(body);
  });
}
