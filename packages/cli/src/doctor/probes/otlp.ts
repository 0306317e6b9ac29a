/** Whether the receiver takes OTLP, and what it makes of deltas. */
import { type Answer, firstLine, isOk } from "../answer.ts";
import { CANARY, counter, gauge } from "../canary.ts";
import { type Finding, finding, type Outcome } from "../finding.ts";
import type { StoredSeries } from "../queries.ts";
import { refusalOf } from "../refusal.ts";
import type { Session } from "../session.ts";
import { explain } from "./refused.ts";

const MINUTE = 60_000;
/** Together 7: a receiver that takes deltas for totals has 2. */
const DELTAS = [5, 2] as const;

export async function otlpTotals(session: Session): Promise<Outcome> {
  const now = session.now();
  const attributes = { run: session.run };
  const answer = await session.ask(
    await session.sender.otlp("cumulative", [
      gauge(now, { value: 1, attributes }),
      counter("totals", 1, { start: now - MINUTE, time: now, attributes }),
    ]),
  );
  const { temporality } = session.target.wants;
  if (isOk(answer) && !answer.body) return { facts: [{ about: "OTLP totals", value: "yes" }] };
  if (isOk(answer) && !/^[[{<]/.test(answer.body)) return { findings: [rejected(answer)] };
  // Some take deltas only, which pushmeter then sends.
  if (/temporality|cumulative/i.test(answer.body)) {
    const facts = [{ about: "OTLP totals", value: "refused; pushmeter sends deltas instead" }];
    return temporality === "delta" ? { facts } : { facts, findings: [] };
  }
  if (isOk(answer) && /^\{("partialSuccess":\{\})?\}$/.test(answer.body)) {
    return { facts: [{ about: "OTLP totals", value: "yes" }] };
  }
  return { findings: [await explain(session, answer)], ends: true };
}

export async function otlpDeltas(session: Session): Promise<Outcome> {
  const push = async (value: number, start: number, time: number) => {
    const times = { start, time, attributes: { run: session.run }, isDelta: true };
    // A gauge beside it, as in every push: Cortex then drops the delta and says nothing.
    const metrics = [gauge(time, { value, attributes: { run: session.run, check: "delta" } })];
    return session.ask(await session.sender.otlp("delta", [counter("deltas", value, times), ...metrics]));
  };
  const now = session.now();
  const first = await push(DELTAS[0], now - 2000, now - 1000);
  const answer = isOk(first) ? await push(DELTAS[1], now - 1000, now) : first;
  const isTaken = isOk(answer) && (!answer.body || /^\{/.test(answer.body));
  const stored = isTaken ? await session.stored((all) => lastOf(all) === sum) : undefined;
  const fate = isTaken ? deltaFate(stored) : "refused";
  return {
    facts: [{ about: "OTLP deltas", value: SAYS[fate] }],
    findings: session.target.wants.temporality === "delta" ? wrong(fate, answer, session) : [],
  };
}

type DeltaFate = "added" | "as totals" | "dropped" | "refused" | "unknown";

const SAYS: Readonly<Record<DeltaFate, string>> = {
  added: "added up",
  "as totals": "taken for totals: counts are wrong",
  dropped: "acknowledged, and not stored",
  refused: "refused",
  unknown: "taken; what becomes of them cannot be queried",
};

const sum = DELTAS[0] + DELTAS[1];

export function deltaFate(stored: readonly StoredSeries[] | undefined): DeltaFate {
  if (!stored) return "unknown";
  const last = lastOf(stored);
  if (last === undefined) return "dropped";
  return last === sum ? "added" : "as totals";
}

function lastOf(stored: readonly StoredSeries[]): number | undefined {
  const found = stored.find(({ metric }) => (metric.__name__ ?? "").startsWith(`${CANARY}_deltas`));
  const last = found?.values?.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

function wrong(fate: DeltaFate, answer: Answer, { target, skew }: Session): Finding[] {
  if (fate === "added" || fate === "unknown") return [];
  const server = { kind: undefined, version: undefined, root: "" };
  const refused = fate === "refused" ? refusalOf({ target, answer, server, skew }) : undefined;
  return [
    refused ??
      finding(
        fate === "refused" ? "deltas-refused" : "deltas-lost",
        `The project sends deltas, which are ${SAYS[fate]}`,
        'Leave temporality out (or set it to "cumulative"): only an aggregator or a Collector that adds up takes deltas',
      ),
  ];
}

/** A partial success: its message says what is not stored. */
function rejected(answer: Answer): Finding {
  return finding(
    "partly-rejected",
    `The receiver takes OTLP and rejects a usual counter and gauge: ${firstLine(answer)}`,
    "Look up the message in the receiver's documentation",
  );
}
