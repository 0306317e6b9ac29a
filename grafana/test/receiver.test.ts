/** What the panel "Receiver reached" says of silences, whose reasons are known only afterwards. */

import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { it } from "vitest";
import { EVERYTHING, substitute, windows } from "../read/dashboards.ts";
import { REACH } from "../src/query/presence.ts";
import { testAnswers } from "./promtool.ts";
import { targetOf } from "./wires.ts";

const { reached, notReached, silent } = REACH;
const requests = 'http_server_request_duration_seconds_count{job="courses", instance="a"}';
const unreachable =
  'pushmeter_push_duration_seconds_count{job="courses", instance="a", result="unreachable"}';
const pushTime = 'push_time_seconds{job="courses", instance="a"}';
/** In promtool's notation, a sample every 15 s: five minutes of pushes, as many of silence, and pushes again. */
const PUSHES = "1+5x20 _x20 106+5x20";

/** Series to samples; minutes to states. promtool has samples up to the last minute that is asked for. */
const CASES: Readonly<Record<string, readonly [series: Record<string, string>, states: [number, number][]]>> =
  {
    "the receiver was away: the next push tells of failures, whose zero stands at the first of them": [
      { [requests]: PUSHES, [unreachable]: "_x22 0 _x17 6x20" },
      [
        [4, reached],
        [8, notReached],
        [12, reached],
      ],
    ],
    "it was away, and native histograms tell": [
      {
        [requests]: PUSHES,
        [unreachable.replace("_count", "")]: "_x40 {{schema:0 count:6 sum:6 buckets:[6]}}x20",
      },
      [
        [8, notReached],
        [12, reached],
      ],
    ],
    "it was away from an aggregator": [
      {
        [requests]: PUSHES,
        'pushmeter_aggregator_pushes_total{job="courses", instance="a", result="unavailable"}':
          "0x20 _x20 9x20",
      },
      [
        [8, notReached],
        [12, reached],
      ],
    ],
    "it is away, for too short a time to know": [{ [requests]: "1+5x20" }, [[8, silent]]],
    "no call came: old failures say nothing": [
      { [requests]: PUSHES, [unreachable]: "6x20 _x20 6x20" },
      [
        [4, reached],
        [8, silent],
        [12, reached],
      ],
    ],
    "a Pushgateway was away: it could not be scraped, and has no zero": [
      {
        [requests]: "1+5x20 stale _x19 106+5x20",
        [pushTime]: "0+15x20 stale _x19 600+15x20",
        [unreachable]: "_x40 6x20",
      },
      [
        [4, reached],
        [8, notReached],
        [12, reached],
      ],
    ],
    "a Pushgateway repeats what is no longer pushed": [
      { [requests]: "1+5x20 101x40", [pushTime]: "0+15x20 300x40" },
      [
        [4, reached],
        [8, silent],
      ],
    ],
  };

describeWithServers("Receiver reached", ({ promtool }) => {
  it.each(Object.entries(CASES))("%s", async (name, [series, states]) => {
    const { target } = targetOf("Push health › Receiver reached › A", "subtract");
    const expr = substitute(target.expr, { ...EVERYTHING, ...windows(60, 3600) });
    const questions = states.map(([minute, state]) => ({
      expr,
      at: `${minute}m`,
      answers: [[{ job: "courses" }, state] as const],
    }));
    await testAnswers(promtool, { name, interval: "15s", series, questions });
  });
});
