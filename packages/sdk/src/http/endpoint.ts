/** A destination's address and credentials: checked at start, kept out of every message. */
import { checkFunction, checkMilliseconds, checkNames, checkText, invalid } from "../options.ts";
import type { Runtime } from "../runtime.ts";
import { scheduleClock } from "../schedule-clock.ts";
import { type Answer, attempt, sendBy } from "./attempt.ts";
import { Breaker } from "./breaker.ts";
import { PushError, type PushFailure } from "./error.ts";
import { hint } from "./hints.ts";
import type { Call } from "./message.ts";
import { credentials, pathSecrets, redact, signed } from "./redact.ts";

/** Returns the request signed. Called for every attempt: a signature holds for some minutes only. */
export type Signer = (request: Request) => Promise<Request>;

/**
 * One of: a bearer token, a user name and password, headers as they are to be sent, or the signer that
 * `sigv4()` from `@pushmeter/sdk/sigv4` makes. It is a separate entry point, so that only users of SigV4 bundle it.
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
export interface EndpointOptions {
  /** Absolute, http or https. A user name and password in it become basic authentication. */
  readonly url: string;
  readonly auth?: Auth | undefined;
  /** For one push with all its retries, ms. Default 10,000. */
  readonly timeout?: number | undefined;
  /** Sent with instead of the platform's `fetch`, e.g. a service binding's. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

export const ENDPOINT_OPTIONS = "url auth timeout fetch";

/** Headers, in lower case, that are part of a wire format; a user's headers cannot replace them. */
const RESERVED = /^(content-(type|encoding|length)|host|x-prometheus-remote-write-version)$/;
const DEFAULT_TIMEOUT = 10_000;
/** Of an answer's body in a message, in characters. */
const KEPT_LENGTH = 1024;
/** An attempt has at least so long, ms, if the push has. */
const SHORTEST_SHARE = 1_000;
/** A connection that was idle for longer, ms, may have been dropped without a word, by a NAT for example. */
const LONGEST_IDLE = 30_000;

/** Where to send, how long to try, and what to say when it fails. */
export class Endpoint {
  readonly runtime: Runtime;
  readonly breaker: Breaker;
  /** For schedules. */
  readonly clock: () => number;
  /** For one push, ms. */
  readonly timeout: number;
  /** Without credentials. */
  readonly url: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: EndpointOptions["fetch"];
  readonly #sign: Signer | undefined;
  readonly #secrets: readonly string[];
  /** Who sends and where to, the start of every message. */
  readonly #name: string;
  readonly #wanted: string;
  /** The last answer took more than an attempt's share of a push's time. */
  #isSlow = false;
  /** When the last attempt ended, on `clock`. */
  #usedAt = 0;

  /**
   * @param name - the destination as the user knows it, the first word of its messages.
   * @param wanted - what its url has to be.
   */
  constructor(name: string, options: EndpointOptions, runtime: Runtime, wanted: string) {
    const { timeout = DEFAULT_TIMEOUT, fetch } = options;
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
    const inPath = pathSecrets(pathname);
    this.#secrets = [
      auth?.basic?.password ?? "",
      password,
      ...Object.values(headers).flatMap(credentials),
      ...searchParams.values(),
      ...search.slice(1).split(/[&=]/),
      ...inPath,
    ];
    this.runtime = runtime;
    this.clock = scheduleClock(runtime);
    this.breaker = new Breaker(this.clock, () => runtime.random(), timeout);
    this.timeout = timeout;
    this.url = origin + pathname + search;
    this.#headers = headers;
    this.#fetch = fetch;
    this.#sign = auth?.sigv4;
    this.#name = `${name} to ${origin}${redact(pathname, inPath)}`;
    this.#wanted = wanted;
  }

  /**
   * One request, to the endpoint's URL if the call has none. An attempt takes at most half of a push's time, so that
   * a connection that was dropped silently leaves time for another; all of it if half was not enough last time.
   *
   * @param left - of the push, ms.
   * @param budget - of the whole push, ms.
   */
  async attempt(
    call: Omit<Call, "url"> & Partial<Call>,
    left: number,
    budget = this.timeout,
  ): Promise<Answer> {
    const { runtime } = this;
    const secrets = new Set(this.#secrets);
    const fetch = async (request: Request) => {
      const sent = this.#sign ? await this.#sign(request) : request;
      if (sent !== request) for (const secret of signed(sent.headers, request.headers)) secrets.add(secret);
      return this.#fetch ? this.#fetch(sent) : runtime.fetch(sent);
    };
    const send = (!this.#fetch && !this.#sign && runtime.send) || sendBy(fetch);
    const client = { runtime, send, redact: (text: string) => redact(text, secrets) };
    const headers = { ...this.#headers, ...call.headers };
    const share = Math.min(this.timeout / 2, Math.max(budget / 2, SHORTEST_SHARE));
    const timeout = Math.min(left, this.#isSlow ? this.timeout : share);
    const isFresh = this.clock() - this.#usedAt > LONGEST_IDLE;
    const started = runtime.monotonic();
    const answer = await attempt(client, { url: this.url, ...call, headers, isFresh }, timeout);
    const took = runtime.monotonic() - started;
    this.#isSlow = answer.failure === "timeout" || took >= share;
    this.#usedAt = this.clock();
    return answer;
  }

  /**
   * The error for an answer.
   *
   * @param what - was refused; left out: everything.
   * @param isFinal - no retry would change the answer.
   */
  failure({ status, body, failure }: Answer, what = "", isFinal = true): PushError {
    const text = body.slice(0, KEPT_LENGTH);
    if (failure) return this.error(failure, text);
    const some = what && `${what} `;
    const verb =
      status < 300 ? `did not store ${some}and answered` : isFinal ? `refused ${some}with` : "answered";
    const message = `${verb} ${status}${text && `: ${text}`}${hint(status, body, this.#wanted)}`;
    return this.error(isFinal ? "refused" : "unavailable", message, status);
  }

  /** The error of a push that is not tried for `ms` more, because of what the last ones came to. */
  paused(ms: number): PushError {
    const { result = "unavailable", message, status } = this.breaker.failure ?? {};
    const text = message?.slice(this.#name.length + 2) ?? "asked to be left alone";
    return this.error(result, `${text} (not tried again for ${Math.ceil(ms)} ms)`, status);
  }

  error(result: PushFailure, message: string, status?: number): PushError {
    return new PushError(result, `${this.#name}: ${message}`, status);
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
    return { authorization: basicCredentials(username, password) };
  }
  for (const [name, value] of Object.entries(headers)) checkToken(`${option}.headers.${name}`, value);
  try {
    // In lower case, so that a wire's header replaces the user's. Throws for an invalid header name.
    const sent = Object.fromEntries(new Headers(headers));
    if (!Object.keys(sent).some((name) => RESERVED.test(name))) return sent;
  } catch {
    // Reported below, with those that are reserved.
  }
  invalid(`${option}.headers`, headers, "header names that are valid and not the wire's own");
}

/** The value of the header `authorization`: RFC 7617, in UTF-8. */
export function basicCredentials(username: string, password: string): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)))}`;
}

/** fetch quotes a value that it cannot send in its error: refuse such a value before it gets there. */
function checkToken(option: string, value: unknown): void {
  if (typeof value !== "string" || !/^[\x20-\x7e]+$/.test(value)) {
    invalid(option, value, "a string of printable ASCII characters");
  }
}
