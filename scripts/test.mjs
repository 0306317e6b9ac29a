// Everything that a change has to pass: the checks, then all tests. `launch.mjs` installs and builds before it.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { step, steps } from "./step.mjs";

step("Lint", ["biome", "check", "--error-on-warnings", "."]);
step("Types", ["turbo", "run", "typecheck", "--output-logs=errors-only"]);
// Each is busy with one core.
await steps({
  "Lock names the packages of every platform": ["node", "scripts/lock.mjs", "--check"],
  "Unused files, exports and dependencies": ["knip"],
  "Tarballs by publint and attw": ["node", "test/packages/check.ts"],
  "API reference": ["turbo", "run", "docs:api", "--output-logs=errors-only"],
});

// Many tests wait for pushes and scrapes: one more than there are cores. Vitest's default is one fewer.
const workers = `--maxWorkers=${availableParallelism() + 1}`;
const { status } = spawnSync("vitest", ["run", workers, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
