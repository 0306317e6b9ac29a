/** What Aggregator says of a shard that is pushed and scraped at once, and of one whose pushes fail. */
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { it } from "vitest";
import { EVERYTHING, substitute, windows } from "../read/dashboards.ts";
import {
  AGGREGATOR_BATCHES,
  AGGREGATOR_LAST_PUSH,
  AGGREGATOR_MEMORY,
  AGGREGATOR_PUSHES,
  AGGREGATOR_SERIES,
} from "../src/names.ts";
import { testAnswers } from "./promtool.ts";
import { targetOf } from "./wires.ts";

const SHARD = { job: "courses", instance: "shard-0" };
const of = (metric: string, more = "") => `${metric}{job="courses", instance="shard-0"${more}}`;
const result = (result: string) => `, result="${result}"`;
const SCRAPED = ', scraped="true"';

/** Minutes of pushes that are stored, and then of pushes that are not. */
const series = {
  [of(AGGREGATOR_PUSHES, result("success"))]: "0+4x10 _x10",
  [of(AGGREGATOR_BATCHES, result("merged"))]: "0+9x10 _x10",
  [of(AGGREGATOR_LAST_PUSH)]: "0+60x10 _x10",
  [of(AGGREGATOR_MEMORY)]: "24000000x10 _x10",
  [of(AGGREGATOR_SERIES)]: "9000x10 _x10",
  [of(AGGREGATOR_PUSHES, result("success") + SCRAPED)]: "0+4x10 40x10",
  [of(AGGREGATOR_PUSHES, result("unreachable") + SCRAPED)]: "0x10 4+4x10",
  [of(AGGREGATOR_BATCHES, result("merged") + SCRAPED)]: "0+9x20",
  [of(AGGREGATOR_LAST_PUSH, SCRAPED)]: "0+60x10 600x10",
  [of(AGGREGATOR_MEMORY, SCRAPED)]: "24000000x20",
  [of(AGGREGATOR_SERIES, SCRAPED)]: "9000x20",
};

const ask = (panel: string, minute: number, ...answers: (readonly [labels: object, value: number])[]) => ({
  expr: substitute(targetOf(`Aggregator › ${panel}`, "subtract").target.expr, {
    ...EVERYTHING,
    ...windows(60, 600),
  }),
  at: `${minute}m`,
  answers: answers as (readonly [Record<string, string>, number])[],
});

describeWithServers("a shard that is pushed and scraped", ({ promtool }) => {
  it("counts once", async () => {
    const questions = [
      ask("Live shards › A", 10, [{}, 1]),
      ask("Batches by result › A", 10, [{ result: "merged" }, 9]),
      ask("Aggregator's pushes by result › A", 10, [{ result: "success" }, 4]),
      // Batches, and how full it is.
      ask("Shards › C", 10, [SHARD, 90]),
      ask("Shards › F", 10, [SHARD, 0.5]),
    ];
    await testAnswers(promtool, { name: "stored", interval: "1m", series, questions });
  });

  it("shows why its pushes fail while they do", async () => {
    const questions = [
      ask("Live shards › A", 20, [{}, 1]),
      ask("Last stored push › A", 20, [{}, 600]),
      ask("Pushes as a scrape sees them › A", 20, [{ result: "unreachable" }, 4], [{ result: "success" }, 0]),
      ask("Shards › A", 20, [SHARD, 600]),
    ];
    await testAnswers(promtool, { name: "unreachable", interval: "1m", series, questions });
  });
});
