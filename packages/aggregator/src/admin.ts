/** What is asked of all shards of a service: how it is, and to begin anew. */
import { Refusal } from "@pushmeter/sdk/adapter";
import type { AggregatorStub } from "./binding.ts";
import type { Status } from "./core/message.ts";
import type { Router } from "./intake.ts";
import { LONGEST_JOB, stubOf } from "./shards.ts";

/** `GET /status?service=<job>`. */
export async function status(router: Router, service: string | null): Promise<Response> {
  const all = await Promise.all(stubsOf(router, service).map((stub) => stub.status()));
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
export async function reset(router: Router, service: string | null): Promise<Response> {
  await Promise.all(stubsOf(router, service).map((stub) => stub.reset()));
  return Response.json({ service, reset: true });
}

/** @throws Refusal 400 without the name of a service. */
export function stubsOf(
  { binding, shards, formerShards = 1 }: Router,
  service: string | null,
): AggregatorStub[] {
  if (!service || service.length > LONGEST_JOB) {
    throw new Refusal(400, "which service? ?service=<namespace/name or name>");
  }
  const all = Math.max(shards, formerShards);
  return Array.from({ length: all }, (_, shard) => stubOf(binding, service, shard));
}
