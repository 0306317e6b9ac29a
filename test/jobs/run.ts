/** 500 messages over a real NATS server, taken by processes that live shortly, and what Prometheus has of them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { startNats } from "@pushmeter/testkit/servers/nats";
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";

const SUBJECTS = ["courses.enrolled", "courses.left", "courses.waiting"];

export interface Counts {
  /** By subject and status, as the senders were answered. */
  readonly answered: Readonly<Record<string, number>>;
  /** By subject and status, in Prometheus. */
  readonly counted: Readonly<Record<string, number>>;
}

/** @param lives - of each process, ms. The longest takes what the others leave. */
export async function run(
  lives: readonly number[],
  messages: number,
  prometheusFile: string,
): Promise<Counts> {
  const nats = await startNats(await findProgram("NATS_BIN"));
  const prometheus = await startPrometheus(prometheusFile);
  const processes = lives.map(() => {
    const args = [join(import.meta.dirname, "worker.ts"), nats.address, prometheus.writeUrl];
    return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  });
  const ended = processes.map((child) => once(child, "close"));
  try {
    await Promise.all(processes.map(({ stdout }) => once(stdout, "data")));
    const start = Date.now();
    const longest = Math.max(...lives);
    const timers = processes.map((child, i) => {
      const life = lives[i] ?? 0;
      return life < longest ? sleep(life).then(() => child.kill("SIGTERM")) : undefined;
    });
    const connection = await connect({ servers: nats.address });
    const answered: Record<string, number> = {};
    const answers: Promise<void>[] = [];
    for (let i = 0; i < messages; i++) {
      const subject = SUBJECTS[i % 3] ?? "";
      const answer = connection.request(subject, i % 7 ? "one" : "full", { timeout: 30_000 });
      answers.push(
        answer.then((reply) => {
          const key = `${subject} ${reply.string() === "enrolled" ? "success" : "exception"}`;
          answered[key] = (answered[key] ?? 0) + 1;
        }),
      );
      // Over nearly all of the longest life, so that the other processes end in the middle.
      await sleep(Math.max(0, start + (0.95 * longest * i) / messages - Date.now()));
    }
    await Promise.all([...answers, ...timers]);
    await sleep(Math.max(0, start + longest - Date.now()));
    for (const child of processes) child.kill("SIGTERM");
    await connection.close();
    await Promise.all(ended);
    const series = await prometheus.query(
      'sum by (messaging_destination_name, outcome) (last_over_time(faas_invoke_duration_seconds_count{job="enrolments"}[1h]))',
    );
    const counted = series.map(({ labels, value }) => [
      `${labels.messaging_destination_name} ${labels.outcome}`,
      value,
    ]);
    return { answered, counted: Object.fromEntries(counted) };
  } finally {
    for (const child of processes) child.kill("SIGKILL");
    await prometheus.stop();
    await nats.stop();
  }
}
