/** What is wrong when a canary was not taken: a pure function of the answer and of what is known of the server. */
import { type Answer, firstLine, isOk } from "./answer.ts";
import { type Finding, finding } from "./finding.ts";
import { endpointOf, type Server } from "./server.ts";
import type { Target, Wire } from "./target.ts";

export interface Refused {
  readonly target: Target;
  readonly answer: Answer;
  readonly server: Server;
  /** How far this machine's clock is ahead of the receiver's, ms; undefined if the receiver does not tell its time. */
  readonly skew: number | undefined;
  /** What answers at the same address by TLS. */
  readonly speaksTls?: boolean | undefined;
  /** Another path at which the receiver took the same request. */
  readonly elsewhere?: string | undefined;
}

type Rule = (refused: Refused) => Finding | undefined;

const CALLS: Readonly<Record<Wire, string>> = {
  remoteWrite: "remote write",
  pushgateway: "a Pushgateway",
  otlp: "OTLP",
};
/** Beyond it, receivers refuse. */
const LARGE_SKEW = 60_000;

/** The first rule that applies tells. */
const RULES: readonly Rule[] = [
  notReached,
  notEncrypted,
  redirected,
  page,
  tenant,
  credentials,
  switchedOff,
  otherServer,
  otherWire,
  path,
  time,
  limits,
  temporality,
  unavailable,
];

/** Undefined only for an answer that says that everything is stored. */
export function refusalOf(refused: Refused): Finding | undefined {
  for (const rule of RULES) {
    const found = rule(refused);
    if (found) return found;
  }
  const { answer, target } = refused;
  if (isOk(answer)) return undefined;
  return finding(
    "refused",
    `The receiver refuses the push with ${answer.status}: ${firstLine(answer) || "it does not say why"}`,
    `Look up ${answer.status} in the receiver's log, and check ${target.names.url}`,
  );
}

function notReached({ target, answer, speaksTls }: Refused): Finding | undefined {
  const { failure } = answer;
  const { hostname, host, protocol } = new URL(target.url);
  if (!failure) return undefined;
  if (/ENOTFOUND|EAI_AGAIN/.test(failure)) {
    return finding("unknown-host", `There is no host ${hostname}`, `Correct the host in ${target.names.url}`);
  }
  if (/WRONG_VERSION|EPROTO|packet length|UNKNOWN_PROTOCOL/i.test(failure) && protocol === "https:") {
    return finding(
      "https-for-http",
      `${host} does not speak TLS, and the URL begins with https`,
      `Begin ${target.names.url} with http://, or put a proxy with TLS in front of the receiver`,
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET|ALTNAME/.test(failure)) {
    return finding(
      "certificate",
      `The certificate of ${host} cannot be trusted (${failure})`,
      "Give the receiver a certificate of a public authority for that host: Workers accept no other",
    );
  }
  if (speaksTls) return overTls(target);
  if (/ECONNREFUSED/.test(failure)) {
    return finding(
      "not-listening",
      `Nothing listens at ${host}`,
      `Start the receiver, or correct the port in ${target.names.url}`,
    );
  }
  const why = failure === "TIMEOUT" ? "There is no answer within 10 s" : `The connection fails (${failure})`;
  return finding(
    "unreachable",
    `${why}: ${host}`,
    "Check firewalls and proxies between here and the receiver",
  );
}

function notEncrypted({ target, answer }: Refused): Finding | undefined {
  return /HTTP request (?:was sent )?to (?:an )?HTTPS/i.test(answer.body) ? overTls(target) : undefined;
}

function overTls({ url, names }: Target): Finding {
  const { host } = new URL(url);
  return finding(
    "http-for-https",
    `${host} speaks TLS, and the URL begins with http`,
    `Begin ${names.url} with https://`,
  );
}

function redirected({ target, answer }: Refused): Finding | undefined {
  if (answer.status < 300 || answer.status >= 400) return undefined;
  const to = URL.parse(answer.headers.get("location") ?? "", target.url);
  const from = new URL(target.url);
  if (!to) return undefined;
  if (to.protocol === "https:" && from.protocol === "http:" && to.hostname === from.hostname)
    return overTls(target);
  if (/login|sign-?in|auth|sso|account/i.test(to.hostname + to.pathname)) return login(target, to.origin);
  return finding(
    "redirect",
    "The receiver redirects, and redirects are not followed, because they would carry the credentials elsewhere",
    `Set ${target.names.url} to ${to.origin}${to.pathname}`,
  );
}

function page({ target, answer }: Refused): Finding | undefined {
  const isPage = /<(!doctype|html)/i.test(answer.body.slice(0, 200));
  if (!isPage || answer.status === 404 || answer.status === 405 || answer.status >= 500) return undefined;
  if (/password|log ?in|sign ?in/i.test(answer.body)) return login(target, new URL(target.url).host);
  return finding(
    "web-page",
    `A web page answers ${answer.status} at ${new URL(target.url).pathname}, not a receiver`,
    `Set ${target.names.url} to the receiver's own address`,
  );
}

function login(target: Target, where: string): Finding {
  return finding(
    "login-page",
    `A login page (${where}) answers in the receiver's place`,
    `Let the proxy take a token, and set it: ${target.names.auth}; or set ${target.names.url} to an address behind it`,
  );
}

function tenant({ answer, target }: Refused): Finding | undefined {
  if (!/no org id/i.test(answer.body)) return undefined;
  return finding(
    "no-tenant",
    "The receiver asks for a tenant, and none is named",
    `Send the header X-Scope-OrgID: ${headersName(target)}`,
  );
}

function headersName({ wire, names }: Target): string {
  const variable = { remoteWrite: "REMOTE_WRITE", pushgateway: "PUSHGATEWAY", otlp: "OTLP" }[wire];
  return names.auth.startsWith("PUSHMETER_")
    ? `PUSHMETER_${variable}_HEADERS=X-Scope-OrgID=<tenant>`
    : `${names.auth}: { headers: { "X-Scope-OrgID": … } }`;
}

function credentials({ answer, target }: Refused): Finding | undefined {
  if (answer.status !== 401 && answer.status !== 403) return undefined;
  const { auth, names } = target;
  const scheme = /^\s*(\w+)/.exec(answer.headers.get("www-authenticate") ?? "")?.[1];
  const wanted = scheme ? ` It takes ${scheme} authentication.` : "";
  return auth
    ? finding(
        "credentials",
        `The receiver refuses the credentials with ${answer.status}.${wanted}`,
        `Correct ${names.auth}, and check that it may write`,
      )
    : finding(
        "no-credentials",
        `The receiver asks for credentials (${answer.status}), and none are set.${wanted}`,
        `Set ${names.auth}`,
      );
}

function switchedOff({ answer, target }: Refused): Finding | undefined {
  if (!/needs? to be enabled|not enabled|is disabled/i.test(answer.body) || isOk(answer)) return undefined;
  const flag = target.wire === "otlp" ? "--web.enable-otlp-receiver" : "--web.enable-remote-write-receiver";
  return finding(
    "receiver-off",
    `Prometheus does not take ${CALLS[target.wire]}: its receiver is switched off`,
    `Start Prometheus with ${flag}`,
  );
}

/** The server is known, and it does not speak what is pushed at all. */
function otherServer({ answer, target, server }: Refused): Finding | undefined {
  const { kind } = server;
  if (isOk(answer) || !kind || endpointOf(server, target.wire) !== undefined) return undefined;
  return kind === "Pushgateway"
    ? finding(
        "pushgateway",
        `A Pushgateway answers, which does not take ${CALLS[target.wire]}`,
        'Push with pushgateway({ url }) from "@pushmeter/sdk/pushgateway", or set the URL of a Prometheus',
      )
    : finding(
        "no-pushgateway",
        `${kind} answers, not a Pushgateway`,
        `Set PUSHMETER_REMOTE_WRITE_URL to ${endpointOf(server, "remoteWrite")} in place of the Pushgateway's URL`,
      );
}

/** The URL is one of the same server for something else. */
function otherWire({ answer, target }: Refused): Finding | undefined {
  const { pathname } = new URL(target.url);
  if (isOk(answer) || answer.status >= 500 || answer.status === 429) return undefined;
  if (target.wire === "remoteWrite" && /otlp|opentelemetry|\/v1\/metrics\/?$/.test(pathname)) {
    return finding(
      "otlp-url",
      `The URL is an OTLP endpoint, and remote write is sent to it`,
      'Push with otlp({ url }) from "@pushmeter/sdk/otlp" (on Node PUSHMETER_OTLP_URL), or set the remote-write URL',
    );
  }
  if (target.wire === "otlp" && /\/(write|push|receive|remote_write)\/?$/.test(pathname)) {
    return finding(
      "remote-write-url",
      `The URL is a remote-write endpoint, and OTLP is sent to it`,
      "Set it as PUSHMETER_REMOTE_WRITE_URL, or set the OTLP URL",
    );
  }
  return undefined;
}

function path({ answer, target, server, elsewhere }: Refused): Finding | undefined {
  const missing = answer.status === 404 || answer.status === 405;
  if (!missing) return undefined;
  const right = elsewhere ?? endpointOf(server, target.wire);
  const { pathname } = new URL(target.url);
  const fix =
    right && right !== target.url
      ? `Set ${target.names.url} to ${right}`
      : `Set ${target.names.url} to the whole endpoint: docs/receivers.md lists them`;
  const who = server.kind ?? "The server";
  return finding(
    "wrong-path",
    `${who} takes no ${CALLS[target.wire]} at ${pathname} (${answer.status})`,
    fix,
  );
}

/** Samples whose time the receiver refuses. */
function time({ answer, skew = 0 }: Refused): Finding | undefined {
  if (answer.status !== 400 && answer.status !== 409) return undefined;
  const isTooNew = /too new|future/i.test(answer.body);
  const isTooOld = /out of bounds|too.old/i.test(answer.body);
  if (!isTooNew && !isTooOld) return undefined;
  if (Math.abs(skew) > LARGE_SKEW || isTooNew) return clockFinding(skew, isTooNew);
  return finding(
    "receiver-ahead",
    "The receiver refuses the present time as too old: somebody pushed samples from the future, and it takes nothing older",
    "Delete the series from the future in the receiver (Prometheus 2 takes any time: use 3), then correct that sender's clock",
  );
}

/** @param isTooNew - the receiver says so; else by the sign of `skew`. */
export function clockFinding(skew: number, isTooNew = skew > 0): Finding {
  const seconds = Math.round(Math.abs(skew) / 1000);
  const by = seconds ? `${duration(seconds)} ` : "";
  return finding(
    "clock",
    `This machine's clock is ${by}${isTooNew ? "ahead of" : "behind"} the receiver's`,
    "Synchronise both clocks (NTP): samples over ten minutes ahead or an hour behind are refused",
  );
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function limits({ answer }: Refused): Finding | undefined {
  const { status, body, headers } = answer;
  const says = `: ${firstLine(answer)}`;
  if (isOk(answer)) return undefined;
  if (/max.series|series.limit|limit of \d+ series|too many series|max-global-series/i.test(body)) {
    return finding(
      "series-limit",
      `The receiver takes no more new series${says}`,
      "Raise its series limit, or push through an aggregator: a thousand instances are then one",
    );
  }
  if (/label/i.test(body) && /limit|too long|exceed|max/i.test(body)) {
    return finding(
      "label-limit",
      `The receiver refuses labels that pushmeter may send${says}`,
      "Raise its limits on labels (pushmeter sends at most 1,024 bytes a value), or shorten attributes",
    );
  }
  if (status === 429) {
    const after = headers.get("retry-after");
    return finding(
      "rate-limit",
      `The receiver takes no more at the moment${after ? `, ask again after ${after} s` : ""}${says}`,
      "Raise its rate limit, push less often (flush), or push through an aggregator",
    );
  }
  if (status === 413) {
    return finding(
      "too-large",
      `A small request is too large for the receiver${says}`,
      "Raise its limit on requests",
    );
  }
  return undefined;
}

/** Of OTLP. Prometheus answers 500 for deltas, although no repetition helps. */
function temporality({ answer, target }: Refused): Finding | undefined {
  if (target.wire !== "otlp" || isOk(answer) || !/temporality|delta|cumulative/i.test(answer.body))
    return undefined;
  return finding(
    "deltas-refused",
    `The receiver does not take deltas: ${firstLine(answer)}`,
    'Leave temporality out (or set it to "cumulative"), or switch on the receiver\'s delta-to-cumulative',
  );
}

function unavailable({ answer }: Refused): Finding | undefined {
  if (answer.status < 500) return undefined;
  const says = firstLine(answer);
  return finding(
    "unavailable",
    `The receiver answers ${answer.status}${says && `: ${says}`}`,
    "Start the receiver behind the proxy, or look into its log; pushmeter goes on trying",
  );
}
