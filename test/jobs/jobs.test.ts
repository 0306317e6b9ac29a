/** `measure` in processes that end: the short form of `npm run jobs`, and the example. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { parsed } from "@pushmeter/testkit/text-format";
import { expect, it } from "vitest";
import { run } from "./run.ts";

describeWithServers("a measured handler of NATS's messages", ({ prometheus }) => {
  it("has every message by subject and status, over processes that end meanwhile", async () => {
    const { answered, counted } = await run([500, 1_500, 3_000], 500, prometheus);
    expect(counted).toEqual(answered);
    expect(Object.keys(answered)).toHaveLength(6);
    expect(Object.values(counted).reduce((sum, count) => sum + count, 0)).toBe(500);
  });
});

describeWithServers("examples/jobs", ({ pushgateway: file }) => {
  it("has pushed all of its messages and jobs to the Pushgateway when it ends", async () => {
    const gateway = await startPushgateway(file);
    const cwd = join(import.meta.dirname, "../../examples/jobs");
    const child = spawn(process.execPath, ["src/index.ts"], {
      cwd,
      env: { ...process.env, PUSHGATEWAY_URL: gateway.url },
      stdio: ["pipe", "ignore", "ignore"],
    });
    try {
      const message = (subject: string, user: string) => JSON.stringify({ subject, course: 1, user });
      const sent = [
        message("courses.enrolled", "ada"),
        message("courses.enrolled", "alan"),
        message("courses.left", "ada"),
        message("courses.left", "grace"),
      ];
      child.stdin.end(`${sent.join("\n")}\n`);
      expect(await once(child, "close")).toEqual([0, null]);
      const pushed = parsed(await (await fetch(`${gateway.url}/metrics`)).text());
      const calls = pushed.filter(({ name }) => name === "faas_invoke_duration_seconds_count");
      const counted = calls.map(({ labels, value }) => {
        const { code_function_name, faas_trigger, messaging_destination_name: subject, outcome } = labels;
        return `${faas_trigger} ${code_function_name} ${subject ?? "-"} ${outcome} ${value}`;
      });
      expect(counted.sort()).toEqual([
        "pubsub take courses.enrolled success 2",
        "pubsub take courses.left exception 1",
        "pubsub take courses.left success 1",
        "timer clean-up - success 1",
      ]);
    } finally {
      child.kill("SIGKILL");
      await gateway.stop();
    }
  });
});
