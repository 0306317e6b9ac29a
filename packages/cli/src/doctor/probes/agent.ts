/** A Prometheus in agent mode stores nothing for queries: what it takes has to reach another receiver. */
import { fact, finding, type Outcome } from "../finding.ts";
import type { Session } from "../session.ts";

const ATTEMPTS = 30;
const PAUSE = 300;
const SENT = "prometheus_remote_storage_queue_highest_sent_timestamp_seconds";
const LOST = /^prometheus_remote_storage_samples_(?:failed|dropped)_total(?:\{.*\})? ([1-9].*)$/m;

export async function agentMode(session: Session): Promise<Outcome> {
  const { kind, root } = await session.server;
  if (kind !== "Prometheus in agent mode") return {};
  const pushed = Math.floor(session.now() / 1000) - 1;
  const configuration = (await session.get(`${root}/api/v1/status/config`)).body;
  if (configuration && !/remote_write:/.test(configuration)) {
    return {
      findings: [
        finding(
          "agent-without-target",
          "Prometheus runs in agent mode and has no remote_write: what it takes goes nowhere",
          "Add remote_write to its configuration, or start it without --agent",
        ),
      ],
    };
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const metrics = (await session.get(`${root}/metrics`)).body;
    if (!metrics)
      return fact("agent mode", "passes on what it takes; whether it arrives cannot be seen here");
    if (LOST.test(metrics)) break;
    const sent = Number(new RegExp(`^${SENT}(?:\\{.*\\})? (\\S+)`, "m").exec(metrics)?.[1] ?? 0);
    if (sent >= pushed) return fact("agent mode", "passes the canary on");
  }
  return {
    findings: [
      finding(
        "agent-cannot-pass-on",
        "Prometheus runs in agent mode, and the receiver behind it does not take what it passes on",
        "Look at prometheus_remote_storage_samples_failed_total and at its log; examine that receiver with doctor as well",
      ),
    ],
  };
}
