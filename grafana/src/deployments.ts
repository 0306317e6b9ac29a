/** A mark on every panel over time where a service's version is first heard of. */
import { AnnotationQueryBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { TARGET_INFO } from "./names.ts";
import { DATASOURCE } from "./panels/panel.ts";

const VERSIONS = `${TARGET_INFO}{job=~"$job", instance=~"$instance", service_version!=""}`;
const by = "group by (job, service_version)";

const DEPLOYED =
  `${by} (last_over_time(${VERSIONS}[5m]))` + ` unless ${by} (last_over_time(${VERSIONS}[1h] offset 5m))`;

export const deployments = new AnnotationQueryBuilder()
  .name("Deployments")
  .datasource(DATASOURCE)
  .enable(true)
  .iconColor("purple")
  .expr(DEPLOYED)
  .step("60s")
  .titleFormat("{{job}} {{service_version}}")
  .tagKeys("job,service_version")
  .target(new DataqueryBuilder().refId("Deployments").expr(DEPLOYED).datasource(DATASOURCE).range());
