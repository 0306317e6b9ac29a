/** What is asked of all shards of a service: how it is, and to begin anew. */
import { Refusal } from "@pushmeter/sdk/adapter";
import type { AggregatorBinding } from "./binding.ts";
import type { Status } from "./core/message.ts";
import { LONGEST_JOB, stubOf } from "./shards.ts";

/** `GET /status?service=<job>`. */
export async function status(
  request: Request,
  binding: AggregatorBinding,
  shards: number,
  service: string | null,
): Promise<Response> {
  if (request.method !== "GET") throw new Refusal(405, "the status is read with GET");
  const all = await Promise.all(stubsOf(binding, shards, service).map((stub) => stub.status()));
  const sum = (name: keyof { [K in keyof Status as Status[K] extends number ? K : never]: unknown }) =>
    all.reduce((total, one) => total + one[name], 0);
  return Response.json({
    service,
    instances: sum("instances"),
    series: sum("series"),
    prometheusSeries: sum("prometheusSeries"),
    batches: sum("batches"),
    duplicates: sum("duplicates"),
    shards: all,
  });
}

/** `POST /reset?service=<job>`. */
export async function reset(
  request: Request,
  binding: AggregatorBinding,
  shards: number,
  service: string | null,
): Promise<Response> {
  if (request.method !== "POST") throw new Refusal(405, "a service is reset with POST");
  await Promise.all(stubsOf(binding, shards, service).map((stub) => stub.reset()));
  return Response.json({ service, reset: true });
}

function stubsOf(binding: AggregatorBinding, shards: number, service: string | null) {
  if (!service || service.length > LONGEST_JOB) {
    throw new Refusal(400, "which service? ?service=<namespace/name or name>");
  }
  return Array.from({ length: shards }, (_, shard) => stubOf(binding, service, shard));
}
