/**
 * `@pushmeter/sdk/pushgateway`: pushes to a Prometheus Pushgateway.
 * @module @pushmeter/sdk/pushgateway
 */
import { cumulativeDestination, type Destination, sumOf } from "../destination.ts";
import type { Answer } from "../http/attempt.ts";
import { ENDPOINT_OPTIONS, Endpoint, type EndpointOptions } from "../http/endpoint.ts";
import { busy, byStatus, send } from "../http/send.ts";
import { checkNames, checkObject, checkOneOf, checkText, invalid } from "../options.ts";
import { type LabelCache, translate } from "../prometheus/translate.ts";
import type { Resource } from "../resource.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { groupPath } from "./grouping-key.ts";
import { type Aside, GroupPush } from "./push.ts";

export type { Auth, Basic, EndpointOptions, Signer } from "../http/endpoint.ts";

/** `url` is the Pushgateway's root, without `/metrics`. */
export interface PushgatewayOptions extends EndpointOptions {
  /**
   * Labels of the group in addition to `job` and `instance`: label names to values. An attribute of the same name
   * becomes the label `exported_<name>`, because the Pushgateway overwrites it.
   */
  readonly grouping?: Readonly<Record<string, string>> | undefined;
  /** `PUT` replaces the group, `POST` only the metrics of the same names. Default `PUT`. */
  readonly method?: "PUT" | "POST" | undefined;
  /** Compress with gzip, from Pushgateway 1.5. Default true. */
  readonly gzip?: boolean | undefined;
  /**
   * Delete the group on `shutdown()`. Default false, because Prometheus has to scrape the last push first. The
   * Pushgateway itself never deletes a group.
   */
  readonly deleteOnShutdown?: boolean | undefined;
}

/**
 * A destination that pushes one group per instance, `job=<service>, instance=<instance id>`; also a standard
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
  checkNames("pushgateway", options, `${ENDPOINT_OPTIONS} grouping method gzip deleteOnShutdown`);
  const { grouping = {}, method = "PUT", gzip = true, deleteOnShutdown = false } = options;
  checkGrouping(grouping);
  checkOneOf("pushgateway method", method, ["PUT", "POST"]);
  checkOneOf("pushgateway gzip", gzip, [true, false]);
  checkOneOf("pushgateway deleteOnShutdown", deleteOnShutdown, [true, false]);
  const endpoint = new Endpoint("pushgateway", options, runtime, WANTED);
  /** Instance ids for resources without one: each needs its own group, because the last push into a group wins. */
  const ownInstances = new WeakMap<Resource, string>();
  const reserved = Object.keys(grouping);
  const cache: LabelCache = new WeakMap();
  const aside: Aside = new Map();
  /** The URL of each group pushed, to its instance: several instances may share this destination. */
  const groups = new Map<string, string>();

  function instanceOf(resource: Resource): string {
    const instance = ownInstances.get(resource) ?? runtime.instanceId();
    ownInstances.set(resource, instance);
    return instance;
  }

  const destination = cumulativeDestination(
    async (metrics, options) => {
      const translation = translate(metrics, { cache, reserved });
      const { families, job, instance: named, dropped, conflicts } = translation;
      if (!families.length) return { code: 0, dropped, conflicts };
      const instance = named || instanceOf(metrics.resource);
      const url = below(endpoint.url, groupPath(job || "unknown_service", { instance, ...grouping }));
      groups.set(url, instance);
      const result = await new GroupPush(endpoint, { url, method, gzip, families }, aside).run(options);
      return { ...result, dropped: sumOf(dropped, result.dropped), conflicts };
    },
    async ({ instance } = {}) => {
      if (!deleteOnShutdown) return;
      for (const [url, owner] of groups) {
        if (instance !== undefined && instance !== owner) continue;
        groups.delete(url);
        const { error } = await send(endpoint, { method: "DELETE", url, headers: {} }, decide, {
          last: true,
        });
        if (error) throw error;
      }
    },
  );
  return { ...destination, untimed: true };
}

const WANTED = "a Pushgateway's root, such as http://host:9091; Prometheus itself takes remoteWrite";
const decide = (answer: Answer) => byStatus(answer, busy);

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
