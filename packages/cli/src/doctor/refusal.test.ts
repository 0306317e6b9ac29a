import { describe, expect, it } from "vitest";
import type { Answer } from "./answer.ts";
import { type Refused, refusalOf } from "./refusal.ts";
import type { Server } from "./server.ts";
import { NO_WANTS, type Target } from "./target.ts";

const TARGET: Target = {
  wire: "remoteWrite",
  url: "https://metrics.example/api/v1/write",
  auth: undefined,
  names: { url: "PUSHMETER_REMOTE_WRITE_URL", auth: "PUSHMETER_REMOTE_WRITE_TOKEN" },
  wants: NO_WANTS,
};
const UNKNOWN: Server = { kind: undefined, version: undefined, root: "https://metrics.example" };

function answer(status: number, body = "", headers: Record<string, string> = {}): Answer {
  return { status, body, headers: new Headers(headers) };
}
const failed = (failure: string): Answer => ({ ...answer(0), failure });
const at = (url: string): Partial<Refused> => ({ target: { ...TARGET, url } });

/** What came back, what else is known, and the code that has to be found. */
const CASES: readonly (readonly [answer: Answer, code: string, more?: Partial<Refused>])[] = [
  [failed("ENOTFOUND"), "unknown-host"],
  [failed("ECONNREFUSED"), "not-listening"],
  [failed("TIMEOUT"), "unreachable"],
  [failed("ECONNRESET"), "unreachable"],
  [failed("CERT_HAS_EXPIRED"), "certificate"],
  [failed("ERR_TLS_CERT_ALTNAME_INVALID"), "certificate"],
  [failed("ERR_SSL_WRONG_VERSION_NUMBER"), "https-for-http"],
  [
    failed("UND_ERR_SOCKET"),
    "http-for-https",
    { ...at("http://metrics.example/api/v1/write"), speaksTls: true },
  ],
  [answer(400, "Client sent an HTTP request to an HTTPS server."), "http-for-https"],
  [answer(400, "The plain HTTP request was sent to HTTPS port"), "http-for-https"],
  [
    answer(308, "", { location: "https://metrics.example/api/v1/write" }),
    "http-for-https",
    at("http://metrics.example/api/v1/write"),
  ],
  [answer(301, "", { location: "https://other.example/api/v1/write" }), "redirect"],
  [answer(302, "", { location: "/login?next=/api/v1/write" }), "login-page"],
  [answer(200, "<!doctype html><h1>Welcome</h1>"), "web-page"],
  [answer(200, '<html><input type="password"></html>'), "login-page"],
  [answer(401, "no org id"), "no-tenant"],
  [answer(401), "no-credentials"],
  [answer(403), "credentials", { target: { ...TARGET, auth: { bearer: "token" } } }],
  [
    answer(404, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver"),
    "receiver-off",
  ],
  [answer(404), "wrong-path"],
  [answer(405, "Method Not Allowed"), "wrong-path"],
  [answer(404), "pushgateway", { server: { ...UNKNOWN, kind: "Pushgateway" } }],
  [
    answer(404),
    "no-pushgateway",
    { server: { ...UNKNOWN, kind: "Prometheus" }, target: { ...TARGET, wire: "pushgateway" } },
  ],
  [answer(415), "otlp-url", at("https://metrics.example/v1/metrics")],
  [answer(400, "out of bounds"), "receiver-ahead", { skew: 0 }],
  [answer(400, "out of bounds"), "clock", { skew: -7_200_000 }],
  [answer(400, "timestamp too new"), "clock", { skew: 1_200_000 }],
  [answer(400, "per-user series limit of 20 exceeded"), "series-limit"],
  [answer(400, "received a series whose label value length exceeds the limit"), "label-limit"],
  [answer(429, "slow down", { "retry-after": "6" }), "rate-limit"],
  [answer(413), "too-large"],
  [answer(500, "invalid temporality"), "deltas-refused", { target: { ...TARGET, wire: "otlp" } }],
  [answer(503, "no healthy upstream"), "unavailable"],
  [answer(418, "I am a teapot"), "refused"],
];

describe("refusalOf", () => {
  it.each(
    CASES.map(
      ([answer, code, more]) =>
        [answer.failure ?? `${answer.status} ${answer.body}`, code, { answer, ...more }] as const,
    ),
  )("of %j is %s", (_, code, refused) => {
    const found = refusalOf({ target: TARGET, server: UNKNOWN, skew: undefined, ...refused });
    expect(found?.code).toBe(code);
    expect(found?.fix).toMatch(/^[A-Z]\w+ /);
  });

  it.each([200, 204])("is undefined for a plain %i", (status) => {
    expect(refusalOf({ target: TARGET, server: UNKNOWN, skew: 0, answer: answer(status) })).toBeUndefined();
  });

  it("names the path that the server takes", () => {
    const server: Server = { kind: "Mimir", version: "3.0", root: "https://metrics.example" };
    const found = refusalOf({ target: TARGET, server, skew: 0, answer: answer(404) });
    expect(found?.fix).toBe("Set PUSHMETER_REMOTE_WRITE_URL to https://metrics.example/api/v1/push");
  });
});
