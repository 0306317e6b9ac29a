/** What the receiver makes of the start timestamps of remote write 2.0. pushmeter does not need them: it sends zeros. */
import { isOk } from "../answer.ts";
import { CANARY, counter } from "../canary.ts";
import { fact, type Outcome } from "../finding.ts";
import type { Session } from "../session.ts";

const MINUTE = 60_000;

export async function startTimestamps(session: Session): Promise<Outcome> {
  if (session.version !== "2.0") return {};
  const now = session.now();
  const metric = counter("starts", 3, { start: now - MINUTE, time: now, attributes: { run: session.run } });
  const answer = await session.writing(await session.sender.started(metric), [metric]);
  if (!isOk(answer)) return fact("start timestamps", `refused with ${answer.status}`);
  const stored = await session.stored((all) => all.some(({ metric }) => isStarts(metric)));
  const found = stored?.find(({ metric }) => isStarts(metric));
  if (!found) return {};
  const makesZeros = found.values?.some(([, value]) => value === "0");
  return fact(
    "start timestamps",
    makesZeros ? "a zero is made of them" : "no zero is made of them; pushmeter sends it",
  );
}

const isStarts = ({ __name__ = "" }: Readonly<Record<string, string>>) =>
  __name__.startsWith(`${CANARY}_starts`);
