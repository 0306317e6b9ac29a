/** The probes of each wire, one after the other. */
import type { Fact, Finding, Outcome } from "./finding.ts";
import { agentMode } from "./probes/agent.ts";
import { clock } from "./probes/clock.ts";
import { labelLimits, seriesLimit } from "./probes/limits.ts";
import { nativeHistograms } from "./probes/native-histograms.ts";
import { otlpDeltas, otlpTotals } from "./probes/otlp.ts";
import { outOfOrder } from "./probes/out-of-order.ts";
import { deleteGroup, group, scraped } from "./probes/pushgateway.ts";
import { readBack } from "./probes/read-back.ts";
import { plainToken, receiver } from "./probes/receiver.ts";
import { remoteWriteVersions } from "./probes/remote-write.ts";
import { startTimestamps } from "./probes/start-timestamps.ts";
import { Session, type SessionOptions } from "./session.ts";
import type { Target, Wire } from "./target.ts";

type Probe = (session: Session) => Promise<Outcome>;

const PROBES: Readonly<Record<Wire, readonly Probe[]>> = {
  remoteWrite: [
    remoteWriteVersions,
    receiver,
    plainToken,
    clock,
    readBack,
    agentMode,
    nativeHistograms,
    startTimestamps,
    outOfOrder,
    labelLimits,
    seriesLimit,
  ],
  otlp: [otlpTotals, receiver, plainToken, clock, readBack, otlpDeltas],
  pushgateway: [group, receiver, plainToken, clock, scraped, deleteGroup],
};

export interface Examination {
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
}

export async function examine(target: Target, options: SessionOptions = {}): Promise<Examination> {
  const session = new Session(target, options);
  const facts: Fact[] = [];
  const findings: Finding[] = [];
  try {
    for (const probe of PROBES[target.wire]) {
      const outcome = await probe(session);
      facts.push(...(outcome.facts ?? []));
      findings.push(...(outcome.findings ?? []));
      if (outcome.ends) break;
    }
  } finally {
    await session.end();
  }
  return { facts, findings: distinct(findings) };
}

/** A limit shows in several probes: the first one tells. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.toReversed().map((one) => [one.code, one])).values()].reverse();
}
