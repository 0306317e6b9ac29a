/** How late samples may come. pushmeter needs no window: its samples are in order. */
import { isOk } from "../answer.ts";
import { gauge } from "../canary.ts";
import { fact, type Outcome } from "../finding.ts";
import type { Session } from "../session.ts";

const MINUTE = 60_000;
const LATE = [1, 5, 10, 30, 60];

export async function outOfOrder(session: Session): Promise<Outcome> {
  const now = session.now();
  const attributes = { run: session.run, check: "order" };
  const push = (time: number) => session.write([gauge(time, { value: 1, attributes })], { time });
  if (!isOk(await push(now))) return {};
  let window = 0;
  for (const minutes of LATE) {
    if (!isOk(await push(now - minutes * MINUTE + 1000))) break;
    window = minutes;
  }
  return fact("out-of-order window", window ? `at least ${window} min` : "none, and none is needed");
}
