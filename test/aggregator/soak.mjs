/** `npm run soak:aggregator`: a minute of chaos and a simulated year, the long forms of two tests. */
import { spawnSync } from "node:child_process";

const runs = [
  ["--project", "e2e", "test/aggregator/chaos.test.ts"],
  ["--project", "node", "packages/aggregator/src/core/year.node.test.ts"],
];
for (const run of runs) {
  const env = { ...process.env, SOAK: "60" };
  const { status } = spawnSync("vitest", ["run", ...run], { env, stdio: "inherit" });
  if (status) process.exitCode = status;
}
