/** A destination's address and credentials: checked at start, kept out of every message. */
import { checkMilliseconds, checkNames, checkText, invalid } from "../options.ts";
import { type Runtime, sleep } from "../runtime.ts";
import { Breaker } from "./breaker.ts";
import { type Answer, type Call, type Client, failed, send } from "./client.ts";
import { PushError } from "./error.ts";

/** Returns the request signed. Called for every attempt: a signature holds for some minutes only. */
export type Signer = (request: Request) => Promise<Request>;

/**
 * One of: a bearer token, a user name and password, headers as they are to be sent, or the signer that
 * `sigv4()` from `@pushmeter/sdk/sigv4` makes (an import of its own: only who signs has it in his bundle).
 */
export type Auth =
  | { readonly bearer: string }
  | { readonly basic: { readonly username: string; readonly password: string } }
  | { readonly headers: Readonly<Record<string, string>> }
  | { readonly sigv4: Signer };

/** The options that every destination has. */
export interface TargetOptions {
  /** Absolute, http or https. A user name and password in it become basic authentication. */
  readonly url: string;
  readonly auth?: Auth | undefined;
  /** For one push with all its retries, ms. Default 10,000. */
  readonly timeout?: number | undefined;
  /** Sent with instead of the platform's `fetch`, e.g. a service binding's. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

export const TARGET_OPTIONS = "url auth timeout fetch";

/** Headers that are part of a wire format; a user's headers cannot replace them. */
const RESERVED = /^(content-(type|encoding|length)|host|x-prometheus-remote-write-version)$/i;
const DEFAULT_TIMEOUT = 10_000;

/** Where to send, how long to try, and what to say when it fails. */
export class Target {
  readonly timeout: number;
  /** Without credentials and query. */
  readonly #url: string;
  readonly #query: string;
  readonly #headers: Record<string, string>;
  readonly #client: Client;
  readonly #breaker: Breaker;
  /** The last call's, while the receiver is left alone. */
  #failure: PushError | undefined;

  /** @param name - the destination as the user knows it, the first word of its messages. */
  constructor(name: string, options: TargetOptions, runtime: Runtime) {
    const { timeout = DEFAULT_TIMEOUT, fetch = (request: Request) => runtime.fetch(request) } = options;
    const url = checkUrl(`${name} url`, options.url);
    checkMilliseconds(`${name} timeout`, timeout);
    if (typeof fetch !== "function") invalid(`${name} fetch`, fetch, "a function");
    const { username, password, search } = url;
    if (username && options.auth) {
      invalid(`${name} auth`, options.auth, "absent when the url has a user name");
    }
    const auth = username
      ? { basic: { username: decodeURIComponent(username), password: decodeURIComponent(password) } }
      : options.auth;
    const sign = (auth as { readonly sigv4?: Signer } | undefined)?.sigv4;
    if (sign && typeof sign !== "function") invalid(`${name} auth.sigv4`, sign, "a function");
    const { headers, secrets } = auth ? credentials(`${name} auth`, auth) : { headers: {}, secrets: [] };
    secrets.push(password, ...url.searchParams.values(), ...search.slice(1).split(/[&=]/));
    // Shorter ones would be found in every other word.
    const hidden = secrets.filter((secret) => secret.length > 3);
    this.timeout = timeout;
    this.#url = url.origin + url.pathname;
    this.#query = search;
    this.#headers = headers;
    this.#breaker = new Breaker(runtime, timeout);
    this.#client = {
      runtime,
      name: `${name} to ${this.#url}`,
      fetch: sign ? (request) => sign(request).then(fetch) : fetch,
      redact: (text) => hidden.reduce((rest, secret) => rest.replaceAll(secret, "***"), text),
    };
  }

  /**
   * Sends to the target's URL, or to a `path` below it.
   *
   * @throws PushError with the target's name and address in the message.
   */
  async send(call: Omit<Call, "url">, timeout = this.timeout, path = ""): Promise<Answer> {
    const url = (path ? this.#url.replace(/\/+$/, "") + path : this.#url) + this.#query;
    const headers = { ...this.#headers, ...call.headers };
    const end = this.#client.runtime.monotonic() + Math.min(timeout, this.timeout);
    const wait = this.#breaker.wait();
    if (wait && this.#failure) {
      const { result, message, status } = this.#failure;
      if (this.#client.runtime.monotonic() + wait >= end) {
        throw new PushError(result, `${message} (not tried again for ${Math.ceil(wait)} ms)`, status);
      }
      await sleep(this.#client.runtime, wait);
    }
    try {
      const left = end - this.#client.runtime.monotonic();
      const answer = await send(this.#client, { ...call, headers, url }, left);
      this.#breaker.ended(true);
      return answer;
    } catch (error) {
      this.#breaker.ended(false);
      this.#failure = error as PushError;
      throw error;
    }
  }

  /**
   * The error for an answer that no retry would change.
   *
   * @param what - was refused; left out: everything.
   */
  refusal({ status, body }: Answer, what = ""): PushError {
    const message = `refused ${what && `${what} `}with ${status}${body && `: ${body}`}`;
    return failed(this.#client, "refused", message, status);
  }
}

function checkUrl(option: string, value: unknown): URL {
  let url: URL | undefined;
  try {
    const parsed = new URL(value as string);
    // Throws, as they will be decoded.
    decodeURIComponent(parsed.username + parsed.password);
    url = parsed;
  } catch {
    // Reported below, with everything else that is no http URL.
  }
  if (typeof value !== "string" || !url || !/^https?:$/.test(url.protocol)) {
    invalid(option, value, "an absolute http or https URL");
  }
  return url;
}

/** The headers to send, and what of them must never be seen. */
function credentials(option: string, auth: Auth): { headers: Record<string, string>; secrets: string[] } {
  checkNames(option, auth, "bearer basic headers sigv4");
  if (Object.keys(auth).length !== 1) invalid(option, auth, "exactly one of bearer, basic, headers or sigv4");
  if ("basic" in auth) return basic(`${option}.basic`, auth.basic);
  if ("bearer" in auth) {
    checkToken(`${option}.bearer`, auth.bearer);
    return { headers: { authorization: `Bearer ${auth.bearer}` }, secrets: [auth.bearer] };
  }
  // Absent for a signer, who needs the request.
  const { headers: given } = auth as { readonly headers?: Record<string, string> };
  const entries = Object.entries(given ?? {});
  for (const [name, value] of entries) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || RESERVED.test(name)) {
      invalid(`${option}.headers`, given, "header names that are valid and not the wire's own");
    }
    checkToken(`${option}.headers.${name}`, value);
  }
  const headers = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
  return { headers, secrets: Object.values(headers) };
}

/** RFC 7617: UTF-8, and a colon ends the user name. */
function basic(option: string, given: { readonly username: string; readonly password: string }) {
  checkNames(option, given, "username password");
  const { username, password } = given;
  checkText(`${option}.username`, username);
  if (username.includes(":")) invalid(`${option}.username`, username, "a string without a colon");
  if (typeof password !== "string") invalid(`${option}.password`, password, "a string");
  const encoded = btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)));
  return { headers: { authorization: `Basic ${encoded}` }, secrets: [encoded, password] };
}

/** fetch quotes a value that it cannot send in its error: refuse such a value before it gets there. */
function checkToken(option: string, value: unknown): void {
  if (typeof value !== "string" || !/^[\x20-\x7e]+$/.test(value)) {
    invalid(option, value, "a string of printable ASCII characters");
  }
}
