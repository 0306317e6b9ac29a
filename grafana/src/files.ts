/** Everything that is generated, as paths in the project and texts. The same input gives the same bytes. */
import { dashboards } from "./dashboards/all.ts";

export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const dashboard of dashboards) {
    const name = dashboard.uid?.replace("pushmeter-", "");
    files.set(`grafana/dashboards/${name}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
  }
  return files;
}
