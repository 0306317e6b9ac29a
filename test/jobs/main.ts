/** `npm run jobs`: 500 messages over five processes that live 2 to 30 s, as senders and as Prometheus count them. */
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { run } from "./run.ts";

const lives = [2_000, 5_000, 10_000, 20_000, 30_000];
const { answered, counted } = await run(lives, 500, await findProgram("PROMETHEUS_BIN"));
const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);
for (const [key, count] of Object.entries(answered).sort()) {
  console.log(`${key.padEnd(28)} answered ${`${count}`.padStart(3)}   in Prometheus ${counted[key] ?? 0}`);
}
const isRight =
  JSON.stringify(Object.entries(answered).sort()) === JSON.stringify(Object.entries(counted).sort());
console.log(
  `${total(counted)} of ${total(answered)}${isRight ? "" : ", and not the same by subject and status"}`,
);
process.exitCode = isRight ? 0 : 1;
