/** Manifests for Grafana's dashboard sidecar and for the Prometheus operator. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { RuleGroup } from "./rules/rule.ts";

/** Label and folder as in the Helm charts grafana and kube-prometheus-stack. */
const SIDECAR = { labels: { grafana_dashboard: "1" }, annotations: { grafana_folder: "pushmeter" } };

/** File names, without an ending, to manifests. */
export function kubernetesFiles(
  dashboards: readonly Dashboard[],
  groups: readonly RuleGroup[],
): Map<string, object> {
  const files = new Map<string, object>();
  for (const dashboard of dashboards) {
    const name = dashboard.uid ?? "";
    files.set(`dashboard-${name}`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `dashboard-${name}`, ...SIDECAR },
      data: { [`${name}.json`]: JSON.stringify(dashboard) },
    });
  }
  files.set("rules", {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "pushmeter", labels: { release: "prometheus" } },
    spec: { groups },
  });
  files.set("kustomization", {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [...files.keys()].map((name) => `${name}.yaml`),
  });
  return files;
}
