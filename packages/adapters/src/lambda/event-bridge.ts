/** EventBridge: rules, scheduled rules, and schedules of EventBridge Scheduler. */

import { type Fields, last, text } from "./fields.ts";
import type { FaasSource } from "./source.ts";

export function eventBridge(event: Fields): FaasSource | undefined {
  const source = text(event.source);
  const type = text(event["detail-type"]);
  if (!source || !type) return undefined;
  if (type === "Scheduled Event" && (source === "aws.events" || source === "aws.scheduler")) {
    // …:rule/name, or …:schedule/group/name
    const schedule = last(Array.isArray(event.resources) ? event.resources[0] : undefined, "/");
    const attributes: Record<string, string> = schedule ? { "faas.schedule": schedule } : {};
    return { kind: "faas", trigger: "timer", attributes };
  }
  return {
    kind: "faas",
    trigger: "pubsub",
    attributes: { "cloudevents.event_source": source, "cloudevents.event_type": type },
  };
}
