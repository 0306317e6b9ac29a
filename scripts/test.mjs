// Everything that a change has to pass: lint, types, all tests. `launch.mjs` has installed and built before.
import { spawnSync } from "node:child_process";

const steps = [
  ["biome", "check", "--error-on-warnings", "."],
  ["turbo", "run", "typecheck", "--output-logs=errors-only"],
  ["vitest", "run", ...process.argv.slice(2)],
];

for (const [command, ...args] of steps) {
  console.log(`\n> ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
