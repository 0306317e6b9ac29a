/** Receivers that are set up wrongly, real ones where this machine has them, and what the doctor has to say. */

import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { startCortex } from "@pushmeter/testkit/receivers/cortex";
import { startMimir } from "@pushmeter/testkit/receivers/mimir";
import type { Programs } from "@pushmeter/testkit/receivers/programs";
import { startPrometheus, startPrometheusAgent } from "@pushmeter/testkit/receivers/prometheus";
import { startThanos } from "@pushmeter/testkit/receivers/thanos";
import type { Limits, Receiver } from "@pushmeter/testkit/receivers/types";
import { startVictoriaMetrics } from "@pushmeter/testkit/receivers/victoria-metrics";
import { writeRequest } from "@pushmeter/testkit/receivers/write-request";
import { serve } from "@pushmeter/testkit/serve";
import { Process } from "@pushmeter/testkit/servers/process";
import type { ProgramName } from "@pushmeter/testkit/servers/programs";
import type { SetUp } from "./run.ts";

export interface Broken {
  readonly title: string;
  /** The code of the finding that has to be there. */
  readonly code: string;
  /** Words of its fix. */
  readonly fix: RegExp;
  readonly programs: readonly ProgramName[];
  start(programs: Required<Programs>): Promise<SetUp>;
}

const DAY = 86_400_000;
const TOKEN = "tok-3kXw9Zq1Lm8Vb2Nc";

/** The receiver's endpoint of remote write, with the tenant that it wants. */
function to(receiver: Receiver, args: readonly string[] = [], more: Partial<SetUp> = {}): SetUp {
  const url = receiver.endpoints["remote write auto"] ?? "";
  return {
    args: [url, ...args],
    env: tenantOf(receiver, "REMOTE_WRITE"),
    stop: () => receiver.stop(),
    ...more,
  };
}

export function tenantOf({ headers }: Receiver, name: string): Record<string, string> {
  const pairs = Object.entries(headers).map(([key, value]) => `${key}=${value}`);
  return pairs.length ? { [`PUSHMETER_${name}_HEADERS`]: pairs.join(",") } : {};
}

function toOtlp(receiver: Receiver, args: readonly string[] = []): SetUp {
  const url = receiver.endpoints.OTLP ?? "";
  return {
    args: [url, "--wire", "otlp", ...args],
    env: tenantOf(receiver, "OTLP"),
    stop: () => receiver.stop(),
  };
}

/** Passes requests on to a Prometheus, with something in between. */
async function behind(
  receiver: Receiver,
  between: (request: Request) => Response | undefined,
  more: (url: string) => Partial<SetUp> = () => ({}),
): Promise<SetUp> {
  const { origin } = new URL(receiver.endpoints["remote write auto"] ?? "");
  const proxy = await serve(async (request) => {
    const answer = between(request);
    if (answer) return answer;
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const body = method === "GET" ? undefined : await request.arrayBuffer();
    return fetch(`${origin}${pathname}${search}`, { method, headers, body });
  });
  const url = `${proxy.url}/api/v1/write`;
  const stop = async () => {
    proxy.close();
    await receiver.stop();
  };
  return { args: [url], ...more(url), stop };
}

const limited =
  (start: (programs: Required<Programs>) => Promise<Receiver>, limits: Limits) =>
  async (programs: Required<Programs>): Promise<SetUp> => {
    const receiver = await start(programs);
    await receiver.setLimits?.(limits);
    return to(receiver);
  };

const prometheus = (programs: Required<Programs>) => startPrometheus(programs.PROMETHEUS_BIN);
const mimir = (programs: Required<Programs>) => startMimir(programs.MIMIR_BIN);
const cortex = (programs: Required<Programs>) => startCortex(programs.CORTEX_BIN, { version2: true });

const page = (title: string, text: string) =>
  new Response(`<!doctype html><title>${title}</title>${text}`, { headers: { "content-type": "text/html" } });

export const BROKEN: readonly Broken[] = [
  {
    title: "Prometheus behind a proxy that wants a token: none",
    code: "no-credentials",
    fix: /PUSHMETER_REMOTE_WRITE_TOKEN/,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) => behind(await prometheus(programs), refuseAll),
  },
  {
    title: "… a wrong one",
    code: "credentials",
    fix: /Correct PUSHMETER_REMOTE_WRITE_TOKEN/,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) =>
      behind(await prometheus(programs), refuseAll, () => ({ env: { PUSHMETER_REMOTE_WRITE_TOKEN: TOKEN } })),
  },
  {
    title: "Prometheus, path /write",
    code: "wrong-path",
    fix: /to http:\/\/127\.0\.0\.1:\d+\/api\/v1\/write/,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) => moved(await prometheus(programs), "/write"),
  },
  {
    title: "Prometheus, no path",
    code: "wrong-path",
    fix: /\/api\/v1\/write/,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) => moved(await prometheus(programs), ""),
  },
  {
    title: "Mimir, Prometheus's path",
    code: "wrong-path",
    fix: /\/api\/v1\/push/,
    programs: ["MIMIR_BIN"],
    start: async (programs) => {
      const receiver = await mimir(programs);
      return { ...moved(receiver, "/api/v1/write"), env: tenantOf(receiver, "REMOTE_WRITE") };
    },
  },
  {
    title: "Prometheus without its flag",
    code: "receiver-off",
    fix: /--web\.enable-remote-write-receiver/,
    programs: ["PROMETHEUS_BIN"],
    start: async ({ PROMETHEUS_BIN: file }) => withoutReceiver(file, "/api/v1/write"),
  },
  {
    title: "Prometheus 3.15 without its OTLP flag",
    code: "receiver-off",
    fix: /--web\.enable-otlp-receiver/,
    programs: ["PROMETHEUS_3_15_BIN"],
    start: async ({ PROMETHEUS_3_15_BIN: file }) => withoutReceiver(file, "/api/v1/otlp/v1/metrics"),
  },
  {
    title: "a login page",
    code: "login-page",
    fix: /take a token/,
    programs: [],
    start: async () => answering(() => page("Sign in", "<form><input type=password></form>")),
  },
  {
    title: "a redirect to a login",
    code: "login-page",
    fix: /take a token/,
    programs: [],
    start: async () => answering(() => Response.redirect("https://login.example/oauth2/start", 302)),
  },
  {
    title: "a web page",
    code: "web-page",
    fix: /receiver's own address/,
    programs: [],
    start: async () => answering(() => page("Welcome", "It works")),
  },
  {
    title: "anything that answers 200",
    code: "not-a-receiver",
    fix: /whole endpoint/,
    programs: [],
    start: async () => answering(() => Response.json({ ok: true })),
  },
  {
    title: "a proxy whose backend is down",
    code: "unavailable",
    fix: /behind the proxy/,
    programs: [],
    start: async () => answering(() => new Response("no healthy upstream", { status: 503 })),
  },
  {
    title: "a Pushgateway for Prometheus",
    code: "pushgateway",
    fix: /pushgateway\(\{ url \}\)/,
    programs: ["PUSHGATEWAY_BIN"],
    start: async ({ PUSHGATEWAY_BIN: file }) => {
      const gateway = await startGateway(file);
      return { args: [`${gateway.url}/api/v1/write`], stop: () => gateway.stop() };
    },
  },
  {
    title: "Prometheus for a Pushgateway",
    code: "no-pushgateway",
    fix: /PUSHMETER_REMOTE_WRITE_URL to http.*\/api\/v1\/write/,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) => {
      const receiver = await prometheus(programs);
      const { args: [url = ""] = [], ...rest } = moved(receiver, "");
      return { args: [url, "--wire", "pushgateway"], ...rest };
    },
  },
  {
    title: "a Pushgateway scraped without honor_labels",
    code: "honor-labels",
    fix: /honor_labels: true/,
    programs: ["PROMETHEUS_BIN", "PUSHGATEWAY_BIN"],
    start: async ({ PROMETHEUS_BIN: file, PUSHGATEWAY_BIN }) => {
      const gateway = await startGateway(PUSHGATEWAY_BIN);
      const targets = [{ targets: [new URL(gateway.url).host] }];
      const scrape_configs = [
        { job_name: "gateway", scrape_interval: "200ms", scrape_timeout: "200ms", static_configs: targets },
      ];
      const store = await startPrometheus(file, { configuration: { scrape_configs } });
      const query = new URL(store.endpoints["remote write auto"] ?? "").origin;
      const stop = () => Promise.all([gateway.stop(), store.stop()]);
      return { args: [gateway.url, "--wire", "pushgateway", "--query-url", query], stop };
    },
  },
  {
    title: "an OTLP URL for remote write",
    code: "otlp-url",
    fix: /otlp\(\{ url \}\)/,
    programs: ["PROMETHEUS_3_15_BIN"],
    start: async ({ PROMETHEUS_3_15_BIN: file }) => {
      const receiver = await startPrometheus(file, { otlp: true });
      return { args: [receiver.endpoints.OTLP ?? "", "--wire", "remoteWrite"], stop: () => receiver.stop() };
    },
  },
  {
    title: "http for https",
    code: "http-for-https",
    fix: /https:\/\//,
    programs: [],
    start: () => overTls("http"),
  },
  {
    title: "https with a self-signed certificate",
    code: "certificate",
    fix: /public authority/,
    programs: [],
    start: () => overTls("https"),
  },
  {
    title: "https for http",
    code: "https-for-http",
    fix: /http:\/\//,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) => {
      const receiver = await prometheus(programs);
      const { args: [url = ""] = [], ...rest } = to(receiver);
      return { args: [url.replace("http:", "https:")], ...rest };
    },
  },
  {
    title: "no such host",
    code: "unknown-host",
    fix: /Correct the host/,
    programs: [],
    start: async () => ({ args: ["http://prometheus.invalid:9090/api/v1/write"] }),
  },
  {
    title: "nothing listens",
    code: "not-listening",
    fix: /Start the receiver/,
    programs: [],
    start: async () => {
      const server = await serve(() => new Response());
      server.close();
      return { args: [`${server.url}/api/v1/write`] };
    },
  },
  {
    title: "Prometheus, a clock 20 minutes ahead",
    code: "clock",
    fix: /NTP/,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) => to(await prometheus(programs), [], { ahead: 1_200_000 }),
  },
  {
    title: "Mimir, a clock two hours behind",
    code: "clock",
    fix: /NTP/,
    programs: ["MIMIR_BIN"],
    start: async (programs) => to(await mimir(programs), [], { ahead: -7_200_000 }),
  },
  {
    title: "Prometheus 2.42 that has samples of tomorrow",
    code: "receiver-ahead",
    fix: /Delete the series from the future/,
    programs: ["PROMETHEUS_2_BIN"],
    start: async ({ PROMETHEUS_2_BIN: file }) => {
      const receiver = await startPrometheus(file);
      const samples = [{ time: Date.now() + DAY, value: 1 }];
      const request = writeRequest("1.0", [{ labels: { __name__: "up", job: "other" }, samples }]);
      await fetch(receiver.endpoints["remote write 1.0"] ?? "", request);
      return to(receiver);
    },
  },
  {
    title: "Mimir without a tenant",
    code: "no-tenant",
    fix: /PUSHMETER_REMOTE_WRITE_HEADERS=X-Scope-OrgID/,
    programs: ["MIMIR_BIN"],
    start: async (programs) => to(await mimir(programs), [], { env: {} }),
  },
  {
    title: "Mimir, labels of 100 bytes",
    code: "label-limit",
    fix: /1,024 bytes/,
    programs: ["MIMIR_BIN"],
    start: limited(mimir, { labelValue: 100 }),
  },
  {
    title: "Cortex, labels of 100 bytes",
    code: "label-limit",
    fix: /1,024 bytes/,
    programs: ["CORTEX_BIN"],
    start: limited(cortex, { labelValue: 100 }),
  },
  {
    title: "Mimir, 20 series",
    code: "series-limit",
    fix: /aggregator/,
    programs: ["MIMIR_BIN"],
    start: limited(mimir, { series: 20 }),
  },
  {
    title: "Cortex, 20 series",
    code: "series-limit",
    fix: /aggregator/,
    programs: ["CORTEX_BIN"],
    start: limited(cortex, { series: 20 }),
  },
  {
    title: "Mimir, a sample a second",
    code: "rate-limit",
    fix: /rate limit/,
    programs: ["MIMIR_BIN"],
    start: limited(mimir, { rate: 1, burst: 1 }),
  },
  {
    title: "agent mode without remote_write",
    code: "agent-without-target",
    fix: /remote_write/,
    programs: ["PROMETHEUS_BIN"],
    start: async ({ PROMETHEUS_BIN: file }) => agentTo(file, undefined),
  },
  {
    title: "agent mode, its receiver is switched off",
    code: "agent-cannot-pass-on",
    fix: /samples_failed_total/,
    programs: ["PROMETHEUS_BIN"],
    start: async ({ PROMETHEUS_BIN: file }) => agentTo(file, "http://127.0.0.1:9/api/v1/write"),
  },
  {
    title: "native histograms, Prometheus 3.5 without its flag",
    code: "native-histograms",
    fix: /Switch them on/,
    programs: ["PROMETHEUS_BIN"],
    start: async (programs) => to(await prometheus(programs), ["--native-histograms"]),
  },
  {
    title: "native histograms, silently dropped by Mimir",
    code: "native-histograms",
    fix: /Switch them on/,
    programs: ["MIMIR_BIN"],
    start: async ({ MIMIR_BIN: file }) =>
      to(await startMimir(file, { native_histograms_ingestion_enabled: false }), ["--native-histograms"]),
  },
  {
    title: "native histograms, converted by VictoriaMetrics",
    code: "native-histograms",
    fix: /leave out/,
    programs: ["VICTORIA_METRICS_BIN"],
    start: async ({ VICTORIA_METRICS_BIN: file }) =>
      to(await startVictoriaMetrics(file), ["--native-histograms"]),
  },
  {
    title: "2.0 only, Cortex has it off",
    code: "version",
    fix: /Leave the option protocol out/,
    programs: ["CORTEX_BIN"],
    start: async ({ CORTEX_BIN: file }) =>
      to(await startCortex(file, { version2: false }), ["--protocol", "2.0"]),
  },
  {
    title: "2.0 only, Thanos ignores it",
    code: "version",
    fix: /Leave the option protocol out/,
    programs: ["THANOS_BIN"],
    start: async ({ THANOS_BIN: file }) => to(await startThanos(file), ["--protocol", "2.0"]),
  },
  {
    title: "2.0 only, Prometheus 2.42",
    code: "version",
    fix: /Leave the option protocol out/,
    programs: ["PROMETHEUS_2_BIN"],
    start: async ({ PROMETHEUS_2_BIN: file }) => to(await startPrometheus(file), ["--protocol", "2.0"]),
  },
  {
    title: "deltas, refused by Prometheus 3.15",
    code: "deltas-refused",
    fix: /Leave temporality out/,
    programs: ["PROMETHEUS_3_15_BIN"],
    start: async ({ PROMETHEUS_3_15_BIN: file }) =>
      toOtlp(await startPrometheus(file, { otlp: true }), ["--temporality", "delta"]),
  },
  {
    title: "deltas, refused by Mimir",
    code: "deltas-refused",
    fix: /Leave temporality out/,
    programs: ["MIMIR_BIN"],
    start: async (programs) => toOtlp(await mimir(programs), ["--temporality", "delta"]),
  },
  {
    title: "deltas, silently dropped by Cortex",
    code: "deltas-lost",
    fix: /Leave temporality out/,
    programs: ["CORTEX_BIN"],
    start: async (programs) => toOtlp(await cortex(programs), ["--temporality", "delta"]),
  },
  {
    title: "deltas, taken for totals by VictoriaMetrics",
    code: "deltas-lost",
    fix: /Leave temporality out/,
    programs: ["VICTORIA_METRICS_BIN"],
    start: async ({ VICTORIA_METRICS_BIN: file }) =>
      toOtlp(await startVictoriaMetrics(file), ["--temporality", "delta"]),
  },
];

function refuseAll(): Response {
  return new Response("Unauthorized", {
    status: 401,
    headers: { "www-authenticate": 'Bearer realm="prometheus"' },
  });
}

function moved(receiver: Receiver, path: string): SetUp {
  const { origin } = new URL(receiver.endpoints["remote write auto"] ?? "");
  return { args: [`${origin}${path}`, "--wire", "remoteWrite"], stop: () => receiver.stop() };
}

async function answering(answer: (request: Request) => Response): Promise<SetUp> {
  const server = await serve(async (request) => {
    await request.arrayBuffer();
    return answer(request);
  });
  return { args: [`${server.url}/api/v1/write`], stop: () => server.close() };
}

async function withoutReceiver(file: string, path: string): Promise<SetUp> {
  const server = await Process.start({
    file,
    args: ([port], folder) => [
      `--web.listen-address=127.0.0.1:${port}`,
      "--config.file=/dev/null",
      `--storage.tsdb.path=${folder}/data`,
    ],
  });
  return { args: [`${server.url}${path}`], stop: () => server.stop() };
}

async function startGateway(file: string): Promise<Process> {
  return Process.start({
    file,
    args: ([port]) => [`--web.listen-address=127.0.0.1:${port}`, "--persistence.file="],
  });
}

async function agentTo(file: string, url: string | undefined): Promise<SetUp> {
  const receiver = await startPrometheusAgent(file, url === undefined ? {} : { remote_write: [{ url }] });
  return to(receiver);
}

/** A server with TLS and a certificate that it has signed itself. */
async function overTls(protocol: "http" | "https"): Promise<SetUp> {
  const { generate } = await import("selfsigned");
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }]);
  const server = createServer({ key, cert }, (_, response) => response.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { args: [`${protocol}://localhost:${port}/api/v1/write`], stop };
}
