/** `npm run demo`, as users run it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { afterEach, describe, expect, it } from "vitest";

const DEMO = join(import.meta.dirname, "../examples/worker/demo/main.ts");

/** The demo and all that it starts, in a new process group, as a shell makes one. */
class Demo {
  output = "";
  readonly #child;
  readonly #closed;

  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, [DEMO, ...args], { detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        this.output += chunk;
      });
    }
    this.#closed = once(this.#child, "close");
  }

  /** The exit status. */
  async end(): Promise<number> {
    const [code] = await this.#closed;
    return code as number;
  }

  /** To all processes of the group, like Ctrl-C. */
  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#group, signal);
    } catch {
      // All have ended.
    }
  }

  /**
   * The names of the processes that still run, on Linux. Zombies do not run.
   */
  async running(): Promise<string[]> {
    const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
    const stats = await Promise.all(
      processes.map((id) => readFile(`/proc/${id}/stat`, "utf8").catch(() => "")),
    );
    return stats.flatMap((stat) => {
      const [, name = "", state = "", group] = /\((.*)\) (\w) \d+ (\d+)/s.exec(stat) ?? [];
      return Number(group) === this.#group && !/[ZX]/.test(state) ? [name] : [];
    });
  }

  get #group(): number {
    return this.#child.pid as number;
  }
}

const allEnded = (demo: Demo) =>
  until(
    "all have ended",
    () => demo.running(),
    ({ length }) => length === 0,
  );

const PROOF = /\n([1-9]\d*) requests sent, \1 counted\n$/;

describe("npm run demo", () => {
  const demos: Demo[] = [];
  afterEach(() => {
    for (const demo of demos.splice(0)) demo.signal("SIGKILL");
  });
  const start = (...args: string[]) => {
    const demo = new Demo(...args);
    demos.push(demo);
    return demo;
  };

  it("counts exactly what it has sent over both wires, in 80 columns, and ends with what to do next in three lines", async () => {
    const demo = start("--seconds", "1");
    expect(await demo.end(), demo.output).toBe(0);
    const [, sent] = /^Sent ([1-9]\d*) requests/m.exec(demo.output) ?? [];
    const pushed = Array.from(demo.output.matchAll(/ (remote write|Pushgateway) +([1-9]\d*)$/gm));
    expect(pushed.map(([, wire]) => wire).sort()).toEqual(["Pushgateway", "remote write"]);
    expect(pushed.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(Number(sent));
    expect(demo.output).toMatch(/app_users +[1-9]/);
    const lines = demo.output.trimEnd().split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(
      lines.slice(-4).map((line) => /^(npm run demo -- --\w+|README\.md, "\w+")? /.exec(line)?.[1]),
    ).toEqual([undefined, "npm run demo -- --check", "npm run demo -- --aggregator", 'README.md, "Install"']);
    expect(await readFile(join(DEMO, "../../../../README.md"), "utf8")).toContain("\n## Install\n");
    await allEnded(demo);
  });

  it.runIf(process.platform === "linux")("leaves nothing running after Ctrl-C", async () => {
    const demo = start("--seconds", "60");
    await until(
      "requests are sent",
      () => demo.output,
      (output) => output.includes("Sending requests"),
    );
    expect(await demo.running()).toContain("workerd");
    demo.signal("SIGINT");
    expect(await demo.end()).toBe(130);
    await allEnded(demo);
    // No stack trace of what Ctrl-C interrupted.
    expect(demo.output).not.toContain("Error");
  });

  it.each([
    [["--chekc"], /Unknown argument --chekc, known are --check/],
    [["--seconds", "0"], /--seconds must be a number from 1 to 600/],
    [["--remote-write", "prometheus:9090"], /--remote-write must be an http or https URL/],
    [["--check", "--pushgateway", "http://127.0.0.1:1"], /add --prometheus URL/],
  ])("refuses %j with one sentence", async (args, sentence) => {
    const demo = start(...args);
    expect(await demo.end()).toBe(2);
    expect(demo.output).toMatch(sentence);
    expect(demo.output.trim().split("\n")).toHaveLength(1);
  });

  describeWithServers("against real servers", (servers) => {
    it("reads back exactly what it has sent, over both wires", async () => {
      const gateway = await startPushgateway(servers.pushgateway);
      const prometheus = await startPrometheus(servers.prometheus, { scrape: { pushgateway: gateway.url } });
      try {
        const demo = start(
          ...["--check", "--seconds", "1", "--prometheus", prometheus.url],
          ...["--remote-write", prometheus.writeUrl, "--pushgateway", gateway.url],
        );
        expect([await demo.end(), demo.output]).toEqual([0, expect.stringMatching(PROOF)]);
      } finally {
        await Promise.all([gateway.stop(), prometheus.stop()]);
      }
    });
  });
});
