/** Whether what the receiver acknowledged can be queried. */
import { CANARY } from "../canary.ts";
import { fact, finding, type Outcome } from "../finding.ts";
import type { StoredSeries } from "../queries.ts";
import type { Session } from "../session.ts";

export async function readBack(session: Session): Promise<Outcome> {
  const { kind } = await session.server;
  if (kind === "Prometheus in agent mode" && !session.queryUrl) return {};
  const stored = await session.stored((series) => series.some(isCanary));
  if (!stored) {
    return fact("canary", "taken; nothing here answers queries (--query-url names a server that does)");
  }
  const canary = stored.find(isCanary);
  if (canary) {
    const values = canary.values?.map(([, value]) => value);
    return fact("canary", `pushed and read back: ${canary.metric.__name__} is ${values?.at(-1)}`);
  }
  return {
    findings: [
      finding(
        "not-stored",
        "The receiver acknowledges the push, and its query API does not have it",
        "Look into the receiver's log and its tenants; --query-url names another server to ask",
      ),
    ],
  };
}

const isCanary = ({ metric, values }: StoredSeries): boolean =>
  (metric.__name__ ?? "").startsWith(CANARY) && Boolean(values?.length);
