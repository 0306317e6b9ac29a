/** The parts of the bench, by the name that `--only` takes. */
import { aggregator } from "./aggregator/aggregator.ts";
import { collector } from "./collector/collector.ts";
import { imports } from "./imports.ts";
import { lambda } from "./lambda/lambda.ts";
import { latency } from "./latency/latency.ts";
import type { Part } from "./part.ts";
import { prices } from "./prices/prices.ts";
import { shard } from "./shard/shard.ts";
import { sizes } from "./sizes.ts";
import { time } from "./time/time.ts";
import { wire } from "./wire/wire.ts";

export const PARTS: Readonly<Record<string, Part>> = {
  time,
  sizes,
  imports,
  lambda,
  latency,
  wire,
  aggregator,
  shard,
  collector,
  prices,
};
