/** Requests that no number identifies, from instances. */
import type { BatchId } from "../core/shard.ts";
import { body, type Request } from "./otlp.ts";
import type { FakeObject } from "./simulation.ts";

let nextDigest = 0;
/** Another one each time. */
export const digest = (): BatchId => ({
  digest: (++nextDigest).toString(16).padStart(13, "0").padEnd(32, "0"),
});

export function send(object: FakeObject, request: Request, instance = "a", id = digest()): string {
  const resource = { "service.name": "courses", "service.instance.id": instance, ...request.resource };
  return object.push(id, body({ ...request, resource }), "json");
}
