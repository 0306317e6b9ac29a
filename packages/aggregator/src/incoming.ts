/** A request as the routes see it, whatever server took it. */
import { bodyOf } from "./http.ts";

export interface Incoming {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The value of a query parameter, null if the request does not have it. */
  parameter(name: string): string | null;
  /** @param name - in lower case. */
  header(name: string): string | undefined;
  /**
   * The body, inflated. Read at most once.
   *
   * @param limit - in bytes, as sent and inflated.
   * @throws Refusal 413 for a body that is larger, 415 for an encoding that the platform cannot inflate, 400 for a
   * broken body.
   */
  body(limit: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Nothing more is read: a body that is neither read nor cancelled holds its connection. */
  discard(): Promise<void>;
}

export function incomingOf(request: Request): Incoming {
  const { method, url } = request;
  return {
    method,
    path: pathOf(url),
    parameter: (name) => new URL(url).searchParams.get(name),
    header: (name) => request.headers.get(name) ?? undefined,
    body: (limit) => bodyOf(request, limit),
    async discard() {
      if (request.body && !request.bodyUsed) await request.body.cancel();
    },
  };
}

/** Of the absolute URL of a request. To parse all of it takes ten times as long. */
function pathOf(url: string): string {
  const [path = ""] = url.slice(url.indexOf("/", url.indexOf("//") + 2)).split(/[?#]/, 1);
  return path;
}
