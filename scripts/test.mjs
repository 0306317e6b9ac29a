// Everything that a change has to pass: the checks, then all tests. `launch.mjs` installs and builds before it.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
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

// Many tests wait for pushes and scrapes: two for each core. Vitest's default is one fewer than there are cores.
const workers = `--maxWorkers=${2 * availableParallelism()}`;
// Each file is a process of its own, and compiles what it imports: miniflare alone is half a second.
const cache = join(import.meta.dirname, "../node_modules/.cache/node");
const { status } = spawnSync("vitest", ["run", workers, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, NODE_COMPILE_CACHE: cache },
});
process.exit(status ?? 1);
