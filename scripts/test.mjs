// Everything that a change has to pass: the checks, then all tests. `launch.mjs` installs and builds before it.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { step, steps } from "./step.mjs";

step("Lint", ["biome", "check", "--error-on-warnings", "."]);
// The compiler is written in Go: its garbage collector and its threads take a third of the time of a small project.
step("Types", ["turbo", "run", "typecheck", "--output-logs=errors-only"], {
  env: { ...process.env, GOGC: "1000", GOMAXPROCS: "1" },
});
// Each is busy with one core.
await steps({
  "Lock names the packages of every platform": ["node", "scripts/lock.mjs", "--check"],
  "Unused files, exports and dependencies": ["knip"],
  "Tarballs by publint and attw": ["node", "test/packages/check.ts"],
});

// Many tests wait for pushes and scrapes: four more than there are cores. Vitest's default is one fewer.
const workers = `--maxWorkers=${availableParallelism() + 4}`;
const { status } = spawnSync("vitest", ["run", workers, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
