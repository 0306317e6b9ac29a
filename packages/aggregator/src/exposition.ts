/** `GET /metrics`: the totals of all shards, for those who scrape. */
import { CONTENT_TYPE, type Family, textOf } from "@pushmeter/sdk/prometheus";
import { stubsOf } from "./admin.ts";
import type { Router } from "./intake.ts";

/** @param service - null: all services, where the binding knows them. */
export async function metrics(router: Router, service: string | null): Promise<Response> {
  const { all } = router.binding;
  const stubs = service === null && all ? all.call(router.binding) : stubsOf(router, service);
  const families = await Promise.all(stubs.map((stub) => stub.families()));
  return new Response(textOf(merged(families.flat())), { headers: { "content-type": CONTENT_TYPE } });
}

/** One family for each name and type: in the text a name's samples stand together. */
function merged(families: readonly Family[]): Family[] {
  const byName = new Map<string, Family>();
  for (const family of families) {
    const key = `${family.name} ${family.type}`;
    const known = byName.get(key);
    if (!known) byName.set(key, { ...family, points: new Map(family.points) });
    else for (const point of family.points) known.points.set(...point);
  }
  return [...byName.values()];
}
