/** Who answers at an address: what the path and the settings have to be depends on it. */
import type { Answer } from "./answer.ts";
import { isOk } from "./answer.ts";
import type { Wire } from "./target.ts";

type Kind =
  | "Prometheus"
  | "Prometheus in agent mode"
  | "Pushgateway"
  | "VictoriaMetrics"
  | "vmagent"
  | "Mimir"
  | "Cortex";

export interface Server {
  /** Undefined: nothing that it says tells. */
  readonly kind: Kind | undefined;
  readonly version: string | undefined;
  /** The URL before the paths below, without a slash at the end. */
  readonly root: string;
}

/** Below the root. Docs: receivers.md. */
const PATHS: Readonly<Record<Kind, Readonly<Partial<Record<Wire, string>>>>> = {
  Prometheus: { remoteWrite: "/api/v1/write", otlp: "/api/v1/otlp/v1/metrics" },
  "Prometheus in agent mode": { remoteWrite: "/api/v1/write", otlp: "/api/v1/otlp/v1/metrics" },
  Pushgateway: { pushgateway: "" },
  VictoriaMetrics: { remoteWrite: "/api/v1/write", otlp: "/opentelemetry/v1/metrics" },
  vmagent: { remoteWrite: "/api/v1/write", otlp: "/opentelemetry/v1/metrics" },
  Mimir: { remoteWrite: "/api/v1/push", otlp: "/otlp/v1/metrics" },
  Cortex: { remoteWrite: "/api/v1/push", otlp: "/api/v1/otlp/v1/metrics" },
};

/** Where receivers take pushes, the longest first. */
const KNOWN =
  /\/(?:api\/v1\/(?:write|push|receive|remote_write|otlp(?:\/v1\/metrics)?)|api\/prom\/push|otlp\/v1\/metrics|opentelemetry\/v1\/metrics|opentelemetry\/api\/v1\/push|v1\/metrics|metrics(?:\/job.*)?)\/?$/;

/** The URL without the path of an endpoint. */
export function rootOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(KNOWN, "").replace(/\/+$/, "");
}

/** The endpoint for this wire; undefined if the server has none, or is not known. */
export function endpointOf({ kind, root }: Server, wire: Wire): string | undefined {
  const path = kind && PATHS[kind][wire];
  return path === undefined ? undefined : root + path;
}

interface Status {
  readonly data?: {
    readonly version?: string;
    readonly application?: string;
    readonly build_information?: { readonly version?: string };
  };
}

/** @param get - asks for a path with the user's credentials. */
export async function identify(url: string, get: (url: string) => Promise<Answer>): Promise<Server> {
  const { origin } = new URL(url);
  for (const root of new Set([rootOf(url), origin])) {
    const read = (path: string) => get(root + path);
    const [health, status, build] = [
      await read("/-/healthy"),
      await read("/api/v1/status"),
      await read("/api/v1/status/buildinfo"),
    ];
    if (health.failure) break;
    const { version, application = "" } = statusOf(build);
    const found = (kind: Kind, version?: string): Server => ({ kind, version, root });
    const pushgateway = statusOf(status).build_information;
    if (pushgateway) return found("Pushgateway", pushgateway.version);
    if (/Prometheus Agent/.test(health.body)) return found("Prometheus in agent mode", version);
    if (/Prometheus Server/.test(health.body)) return found("Prometheus", version);
    if (/Mimir/.test(application)) return found("Mimir", version);
    const page = (await read("/")).body;
    if (/vmagent/.test(page)) return found("vmagent");
    if (/VictoriaMetrics/.test(page)) return found("VictoriaMetrics");
    if (/<title>\s*Cortex|Cortex Admin/i.test(page)) return found("Cortex");
    if (/<title>\s*Grafana Mimir/i.test(page)) return found("Mimir");
  }
  return { kind: undefined, version: undefined, root: rootOf(url) };
}

function statusOf(answer: Answer): NonNullable<Status["data"]> {
  try {
    return (isOk(answer) && (JSON.parse(answer.body) as Status).data) || {};
  } catch {
    // Not a receiver's status.
    return {};
  }
}
