/** Who may send, read and reset. */
import { checkObject, invalid, Refusal } from "@pushmeter/sdk/adapter";
import type { Incoming } from "./incoming.ts";
import { LONGEST_JOB } from "./shards.ts";

/** One token or, while it is being replaced, the old one and the new one. */
export type Tokens = string | readonly string[];

export interface AccessOptions {
  /**
   * May send for every service, and may do what `readToken` and `adminToken` are for unless there are such tokens.
   * Asked of requests as `Authorization: Bearer <token>`. One, or two while it is being replaced.
   */
  readonly token?: Tokens | undefined;
  /** May send for one service: tokens by service, `namespace/name` or `name`. Default none. */
  readonly serviceTokens?: Readonly<Record<string, Tokens>> | undefined;
  /** Reads `/status` and `/metrics`, and can do nothing else. Default: `adminToken`. */
  readonly readToken?: Tokens | undefined;
  /** Reads, and resets a service with `/reset`. Default: `token`. */
  readonly adminToken?: Tokens | undefined;
}

/** What a request may do. */
export type Right = "send" | "read" | "reset";

/** Takes as long for a wrong token as for a right one: all tokens are compared, each to its end. */
export class Access {
  readonly #everywhere: readonly string[];
  readonly #services: readonly (readonly [service: string, token: string])[];
  readonly #read: readonly string[];
  readonly #admin: readonly string[];
  readonly #isOpen: boolean;

  /**
   * @param name - of the options' owner, for messages.
   * @param isOpen - allow everything if the options have no token. Otherwise a token is needed.
   * @throws TypeError for a token that is unusable or missing.
   */
  constructor(name: string, options: AccessOptions, isOpen = false) {
    const { token, serviceTokens = {}, readToken, adminToken } = options;
    checkObject(`${name} serviceTokens`, serviceTokens, "an object with tokens by service");
    this.#everywhere = tokensOf(`${name} token`, token);
    this.#services = Object.entries(serviceTokens).flatMap(([service, tokens]) => {
      const option = `${name} serviceTokens.${service.slice(0, LONGEST_JOB)}`;
      return tokensOf(option, tokens).map((one) => [service, one] as const);
    });
    this.#admin = adminToken === undefined ? this.#everywhere : tokensOf(`${name} adminToken`, adminToken);
    const read = tokensOf(`${name} readToken`, readToken);
    this.#read = [...read, ...this.#admin];
    const hasTokens = this.#everywhere.length > 0 || this.#services.length > 0;
    this.#isOpen = isOpen && !hasTokens && !this.#read.length;
    if (!this.#isOpen && !hasTokens) throw new TypeError(`pushmeter: ${name} needs a token`);
  }

  /**
   * The services for which the request may send; undefined: all. For other rights undefined.
   *
   * @throws Refusal 401 unless the request has a token for this.
   */
  check(request: Incoming, right: Right): ReadonlySet<string> | undefined {
    if (this.#isOpen) return undefined;
    const given = /^bearer +(.*)$/i.exec(request.header("authorization") ?? "")?.[1] ?? "";
    const tokens = { send: this.#everywhere, read: this.#read, reset: this.#admin }[right];
    let isAllowed = false;
    for (const token of tokens) isAllowed = isSame(given, token) || isAllowed;
    const services = new Set<string>();
    for (const [service, token] of right === "send" ? this.#services : []) {
      if (isSame(given, token)) services.add(service);
    }
    if (isAllowed) return undefined;
    if (services.size) return services;
    throw new Refusal(401, "a valid bearer token is needed");
  }
}

function tokensOf(option: string, tokens: unknown): readonly string[] {
  if (tokens === undefined) return [];
  const all: readonly unknown[] = Array.isArray(tokens) ? tokens : [tokens];
  const isText = all.every((token) => typeof token === "string" && token !== "");
  if (isText && all.length >= 1 && all.length <= 2) return all as string[];
  invalid(option, tokens, "a string that is not empty, or an array of two");
}

/** How long the comparison takes depends on what was given only, not on the token. */
function isSame(given: string, token: string): boolean {
  let difference = given.length ^ token.length;
  for (let i = 0; i < given.length; i++) {
    difference |= given.charCodeAt(i) ^ token.charCodeAt(i % token.length);
  }
  return difference === 0;
}
