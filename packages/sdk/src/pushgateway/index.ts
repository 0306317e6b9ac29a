/**
 * `@pushmeter/sdk/pushgateway`: pushes to a Prometheus Pushgateway.
 * @module @pushmeter/sdk/pushgateway
 */
import { cumulativeDestination, type Destination } from "../destination.ts";
import { compress } from "../http/gzip.ts";
import { TARGET_OPTIONS, Target, type TargetOptions } from "../http/target.ts";
import { checkNames, checkObject, checkOneOf, checkText, invalid } from "../options.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { groupPath } from "./grouping-key.ts";
import { CONTENT_TYPE, toText } from "./text.ts";

export type { Auth, Basic, Signer, TargetOptions } from "../http/target.ts";

/** `url` is the Pushgateway's root, without `/metrics`. */
export interface PushgatewayOptions extends TargetOptions {
  /** More labels of the group, besides `job` and `instance`. Label names to values. */
  readonly grouping?: Readonly<Record<string, string>> | undefined;
  /** `PUT` replaces the group, `POST` only the metrics of the same names. Default `PUT`. */
  readonly method?: "PUT" | "POST" | undefined;
  /** Compress with gzip, from Pushgateway 1.5. Default true. */
  readonly gzip?: boolean | undefined;
  /**
   * Delete the group on `shutdown()`. Default false: what was pushed last would be gone before Prometheus
   * scrapes it. The Pushgateway itself never deletes a group.
   */
  readonly deleteOnShutdown?: boolean | undefined;
}

/**
 * A destination that pushes a group of its own, `job=<service>, instance=<instance id>`; also a standard
 * OpenTelemetry `PushMetricExporter`. Prometheus has to scrape the Pushgateway with `honor_labels: true`.
 *
 * @example
 * ```ts
 * pushgateway({ url: "http://pushgateway.example:9091", grouping: { region: "weur" } });
 * ```
 * @param runtime - clock, randomness and fetch, for tests.
 * @throws TypeError for an option that is unknown or unusable.
 */
export function pushgateway(options: PushgatewayOptions, runtime: Runtime = systemRuntime): Destination {
  checkNames("pushgateway", options, `${TARGET_OPTIONS} grouping method gzip deleteOnShutdown`);
  const { grouping = {}, method = "PUT", gzip = true, deleteOnShutdown = false } = options;
  checkGrouping(grouping);
  checkOneOf("pushgateway method", method, ["PUT", "POST"]);
  checkOneOf("pushgateway gzip", gzip, [true, false]);
  checkOneOf("pushgateway deleteOnShutdown", deleteOnShutdown, [true, false]);
  const target = new Target("pushgateway", options, runtime);
  let ownInstance: string | undefined;
  let url: string | undefined;

  const destination = cumulativeDestination(
    async (metrics, timeout) => {
      const { text, job, instance, dropped } = toText(metrics);
      if (!text) return dropped;
      // The last push into a group wins, so that two instances in one would make false resets.
      ownInstance ??= instance || runtime.instanceId();
      const group = { instance: instance || ownInstance, ...grouping };
      url = below(target.url, groupPath(job || "unknown_service", group));
      const body = new TextEncoder().encode(text);
      const headers: Record<string, string> = { "content-type": CONTENT_TYPE };
      if (gzip) headers["content-encoding"] = "gzip";
      const call = { method, url, headers, body: gzip ? await compress(body) : body };
      const answer = await target.send(call, timeout);
      if (answer.status >= 300) throw target.refusal(answer);
      return dropped;
    },
    async () => {
      if (!deleteOnShutdown || !url) return;
      const answer = await target.send({ method: "DELETE", url, headers: {} });
      if (answer.status >= 300) throw target.refusal(answer);
    },
  );
  return { ...destination, untimed: true };
}

function below(root: string, path: string): string {
  const url = new URL(root);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  return url.href;
}

function checkGrouping(grouping: unknown): void {
  const accepted = "an object of label names and values, without job and instance";
  checkObject("pushgateway grouping", grouping, accepted);
  for (const [name, value] of Object.entries(grouping)) {
    if (!/^(?!__)[a-zA-Z_]\w*$/.test(name) || name === "job" || name === "instance") {
      invalid(`pushgateway grouping`, grouping, accepted);
    }
    checkText(`pushgateway grouping.${name}`, value);
  }
}
