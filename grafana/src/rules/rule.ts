/** The parts of a Prometheus rule file: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ */

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: "page" | "ticket" } & Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<"summary" | "description" | "runbook_url" | "dashboard_url", string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  /** Evaluated so long ago: samples are on their way for a moment. */
  readonly query_offset?: string;
  readonly rules: readonly (RecordingRule | AlertingRule)[];
}

/** Where alerts lead. */
export interface Links {
  /** Grafana's address, without a slash at the end. */
  readonly grafana: string;
  /** The page with one heading per alert. */
  readonly runbook: string;
}

export const LINKS: Links = {
  grafana: "http://127.0.0.1:3000",
  runbook: "https://github.com/pushmeter/pushmeter/blob/main/docs/runbook.md",
};

/** An alert before it is known where it leads. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: "page" | "ticket";
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  /** The dashboard that shows it, by its uid. */
  readonly dashboard: string;
}

export function alertingRule(alert: Alert, { grafana, runbook }: Links): AlertingRule {
  const { severity, labels, summary, description, dashboard, alert: name, expr } = alert;
  return {
    alert: name,
    expr,
    ...(alert.for && { for: alert.for }),
    labels: { severity, ...labels },
    annotations: {
      summary,
      description,
      runbook_url: `${runbook}#${name.toLowerCase()}`,
      dashboard_url: `${grafana}/d/${dashboard}?var-job={{ $labels.job }}`,
    },
  };
}
