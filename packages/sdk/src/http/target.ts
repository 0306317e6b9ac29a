/** A destination's address and credentials: checked at start, kept out of every message. */
import { checkFunction, checkMilliseconds, checkNames, checkText, invalid } from "../options.ts";
import type { Runtime } from "../runtime.ts";
import { Breaker } from "./breaker.ts";
import { type Answer, type Call, type Client, failed, send } from "./client.ts";
import type { PushError } from "./error.ts";

/** Returns the request signed. Called for every attempt: a signature holds for some minutes only. */
export type Signer = (request: Request) => Promise<Request>;

/**
 * One of: a bearer token, a user name and password, headers as they are to be sent, or the signer that
 * `sigv4()` from `@pushmeter/sdk/sigv4` makes (an import of its own: only who signs has it in his bundle).
 */
export type Auth =
  | { readonly bearer: string }
  | { readonly basic: Basic }
  | { readonly headers: Readonly<Record<string, string>> }
  | { readonly sigv4: Signer };

export interface Basic {
  readonly username: string;
  readonly password: string;
}

/** As it may come from JavaScript: with any of them. */
interface AnyAuth {
  readonly bearer?: string;
  readonly basic?: Basic;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sigv4?: Signer;
}

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

/** Headers, in lower case, that are part of a wire format; a user's headers cannot replace them. */
const RESERVED = /^(content-(type|encoding|length)|host|x-prometheus-remote-write-version)$/;
const DEFAULT_TIMEOUT = 10_000;

/** Where to send, how long to try, and what to say when it fails. */
export class Target {
  /** For one push, ms. */
  readonly timeout: number;
  /** Without credentials. */
  readonly url: string;
  readonly #headers: Record<string, string>;
  readonly #client: Client;
  readonly #breaker: Breaker;

  /** @param name - the destination as the user knows it, the first word of its messages. */
  constructor(name: string, options: TargetOptions, runtime: Runtime) {
    const { timeout = DEFAULT_TIMEOUT, fetch = (request: Request) => runtime.fetch(request) } = options;
    const { username, password, origin, pathname, search, searchParams } = checkUrl(
      `${name} url`,
      options.url,
    );
    checkMilliseconds(`${name} timeout`, timeout);
    checkFunction(`${name} fetch`, fetch);
    if (username && options.auth) {
      invalid(`${name} auth`, options.auth, "absent when the url has a user name");
    }
    const auth: AnyAuth | undefined = username
      ? { basic: { username: decodeURIComponent(username), password: decodeURIComponent(password) } }
      : options.auth;
    const headers = auth ? checkAuth(`${name} auth`, auth) : {};
    const sign = auth?.sigv4;
    const secrets = [
      auth?.basic?.password ?? "",
      password,
      // A scheme in front of a token is none.
      ...Object.values(headers).flatMap((value) => [value, value.replace(/^\w+ /, "")]),
      ...searchParams.values(),
      ...search.slice(1).split(/[&=]/),
      // Shorter ones would be found in every other word.
    ].filter((secret) => secret.length > 3);
    this.timeout = timeout;
    this.url = origin + pathname + search;
    this.#headers = headers;
    this.#breaker = new Breaker(runtime, timeout);
    this.#client = {
      runtime,
      name: `${name} to ${origin}${pathname}`,
      fetch: sign ? (request) => sign(request).then(fetch) : fetch,
      redact: (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text),
    };
  }

  /**
   * Sends to the target's URL, if the call has none of its own.
   *
   * @throws PushError with the target's name and address in the message.
   */
  async send(call: Omit<Call, "url"> & Partial<Call>, timeout = this.timeout): Promise<Answer> {
    const { runtime } = this.#client;
    const end = runtime.monotonic() + Math.min(timeout, this.timeout);
    await this.#breaker.pause(end);
    try {
      const headers = { ...this.#headers, ...call.headers };
      const answer = await send(this.#client, { url: this.url, ...call, headers }, end);
      this.#breaker.ended();
      return answer;
    } catch (error) {
      this.#breaker.ended(error as PushError);
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
  try {
    const url = new URL(value as string);
    // Throws, as they will be decoded.
    decodeURIComponent(url.username + url.password);
    if (typeof value === "string" && /^https?:$/.test(url.protocol)) return url;
  } catch {
    // Reported below, with everything else that is no http URL.
  }
  invalid(option, value, "an absolute http or https URL");
}

/** The headers to send; none for a signer, who needs the request. */
function checkAuth(option: string, auth: AnyAuth): Record<string, string> {
  checkNames(option, auth, "bearer basic headers sigv4");
  if (Object.keys(auth).length !== 1) invalid(option, auth, "exactly one of bearer, basic, headers or sigv4");
  const { bearer, basic, headers = {}, sigv4 } = auth;
  checkFunction(`${option}.sigv4`, sigv4);
  if ("bearer" in auth) {
    checkToken(`${option}.bearer`, bearer);
    return { authorization: `Bearer ${bearer}` };
  }
  if ("basic" in auth) {
    checkNames(`${option}.basic`, basic, "username password");
    const { username, password } = basic as Basic;
    checkText(`${option}.basic.username`, username);
    // RFC 7617: UTF-8, and a colon ends the user name.
    if (username.includes(":")) invalid(`${option}.basic.username`, username, "a string without a colon");
    if (typeof password !== "string") invalid(`${option}.basic.password`, password, "a string");
    const bytes = new TextEncoder().encode(`${username}:${password}`);
    return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
  }
  for (const [name, value] of Object.entries(headers)) checkToken(`${option}.headers.${name}`, value);
  try {
    // In lower case, so that a header of the wire's replaces its namesake. Throws for a name that is none.
    const sent = Object.fromEntries(new Headers(headers));
    if (!Object.keys(sent).some((name) => RESERVED.test(name))) return sent;
  } catch {
    // Reported below, with those that are reserved.
  }
  invalid(`${option}.headers`, headers, "header names that are valid and not the wire's own");
}

/** fetch quotes a value that it cannot send in its error: refuse such a value before it gets there. */
function checkToken(option: string, value: unknown): void {
  if (typeof value !== "string" || !/^[\x20-\x7e]+$/.test(value)) {
    invalid(option, value, "a string of printable ASCII characters");
  }
}
