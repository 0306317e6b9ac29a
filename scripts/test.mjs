// Everything that a change has to pass: the checks, then all tests. `launch.mjs` installs and builds before it.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { steps } from "./step.mjs";

// The compiler, esbuild, promtool and the servers are written in Go, which else collects garbage for a fifth of the time.
process.env.GOGC ??= "800";

await steps({
  Lint: ["biome", "check", "--error-on-warnings", "."],
  Types: ["turbo", "run", "typecheck", "--output-logs=errors-only"],
  "Lock names the packages of every platform": ["node", "scripts/lock.mjs", "--check"],
  "Unused files, exports and dependencies": ["knip"],
  "Tarballs by publint and attw": ["node", "test/packages/check.ts"],
});

// Many tests wait for pushes and scrapes: four more than there are cores. Vitest's default is one fewer.
const workers = `--maxWorkers=${availableParallelism() + 4}`;
const { status } = spawnSync("vitest", ["run", workers, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
