/** What Push health says of how long pushes take, from the two buckets that their histogram has. */
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { it } from "vitest";
import { EVERYTHING, substitute, windows } from "../read/dashboards.ts";
import { testAnswers } from "./promtool.ts";
import { targetOf } from "./wires.ts";

const PUSHES = "pushmeter_push_duration_seconds";
const of = (part: string, more = "") =>
  `${PUSHES}${part}{job="courses", instance="a", result="success"${more}}`;

/** Four pushes a minute, of which one takes 2.8 s and the others 0.4 s. */
const KINDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a classic histogram": {
    [of("_bucket", ', le="1.0"')]: "0+3x20",
    [of("_bucket", ', le="+Inf"')]: "0+4x20",
    [of("_count")]: "0+4x20",
    [of("_sum")]: "0+4x20",
  },
  "a native histogram": {
    [of("")]: "{{schema:0 buckets:[0]}}+{{schema:0 count:4 sum:4 offset:-1 buckets:[3 0 0 1]}}x20",
  },
};

describeWithServers("how long pushes take", ({ promtool }) => {
  it.each(Object.entries(KINDS))("is known from %s", async (name, series) => {
    const questions = ["Mean push duration", "Slow pushes"].map((panel, i) => ({
      expr: substitute(targetOf(`Push health › ${panel} › A`, "subtract").target.expr, {
        ...EVERYTHING,
        ...windows(60, 3600),
      }),
      at: "15m",
      answers: [[{}, i ? 0.25 : 1] as const],
    }));
    await testAnswers(promtool, { name, interval: "1m", series, questions });
  });
});
