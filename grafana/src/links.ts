/** Links between dashboards carry the choices along that the other one has, too. */

export const UIDS = {
  overview: "pushmeter-overview",
  service: "pushmeter-service",
  route: "pushmeter-route",
  functions: "pushmeter-functions",
  pushHealth: "pushmeter-push-health",
  aggregator: "pushmeter-aggregator",
  objectives: "pushmeter-objectives",
} as const;

/** Choices that every dashboard has. */
export const COMMON = ["datasource", "job", "instance"] as const;

/** @param instead - choices that the click makes: names to Grafana's expressions. */
export function linkTo(
  dashboard: keyof typeof UIDS,
  title: string,
  instead: Readonly<Record<string, string>> = {},
): { readonly title: string; readonly url: string } {
  const kept = COMMON.filter((name) => !(name in instead)).map((name) => `\${${name}:queryparam}`);
  const chosen = Object.entries(instead).map(([name, value]) => `var-${name}=${value}`);
  return { title, url: `/d/${UIDS[dashboard]}?${[...chosen, ...kept].join("&")}&\${__url_time_range}` };
}
