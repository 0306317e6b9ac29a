import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { serve } from "@pushmeter/testkit/serve";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../main.ts";
import { World } from "../testing/world.ts";

const TOKEN = "tok-3kXw9Zq1Lm8Vb2Nc";

describe("pushmeter doctor", () => {
  let server: ReceiverServer;
  beforeEach(async () => {
    server = await ReceiverServer.start();
  });
  afterEach(() => server.stop());

  it("finds nothing wrong with a healthy receiver, and says so", async () => {
    const world = new World();
    expect(await run(["doctor", server.writeUrl], world)).toBe(0);
    expect(world.stdout.text).toMatch(/^Endpoint http:.*\n {2}remote write 2\.0 +yes\n/);
    expect(world.stdout.text).toMatch(/✓ nothing is wrong\n$/);
  });

  it("ends every series that it has pushed with a stale marker", async () => {
    await run(["doctor", server.writeUrl], new World());
    const all = ["pushmeter_doctor_canary", "pushmeter_doctor_canary_starts_total"].flatMap((name) =>
      server.receiver.series(name),
    );
    expect(all.length).toBeGreaterThan(40);
    for (const { labels, samples } of all) {
      expect(samples.at(-1)?.stale, JSON.stringify(labels)).toBe(true);
      expect(labels.job).toBe("pushmeter_doctor");
    }
  });

  it("prints findings as JSON, with exit status 1", async () => {
    server.isDown = true;
    const world = new World();
    expect(await run(["doctor", server.writeUrl, "--json"], world)).toBe(1);
    expect(JSON.parse(world.stdout.text)).toMatchObject({ ok: false, findings: [{ code: "unavailable" }] });
  });

  it("takes the token from the environment, sends it and never prints it", async () => {
    const tokens = new Set<string | null>();
    const echo = await serve((request) => {
      tokens.add(request.headers.get("authorization"));
      return new Response(`bad token ${request.headers.get("authorization")}`, { status: 401 });
    });
    try {
      for (const json of [[], ["--json"]]) {
        const world = new World({ env: { PUSHMETER_REMOTE_WRITE_TOKEN: TOKEN } });
        expect(await run(["doctor", `${echo.url}/api/v1/write?key=${TOKEN}`, ...json], world)).toBe(1);
        expect(world.stdout.text).toContain("refuses the credentials");
        expect(world.stdout.text + world.stderr.text).not.toContain(TOKEN);
      }
      expect([...tokens]).toEqual([`Bearer ${TOKEN}`]);
    } finally {
      echo.close();
    }
  });

  it("sends a token that belongs to another address nowhere else", async () => {
    const tokens: (string | null)[] = [];
    const other = await serve((request) => {
      tokens.push(request.headers.get("authorization"));
      return new Response(null, { status: 401 });
    });
    const world = new World({
      env: { PUSHMETER_REMOTE_WRITE_TOKEN: TOKEN, PUSHMETER_REMOTE_WRITE_URL: server.writeUrl },
    });
    try {
      expect(await run(["doctor", `${other.url}/api/v1/write`], world)).toBe(1);
    } finally {
      other.close();
    }
    expect(new Set(tokens)).toEqual(new Set([null]));
  });

  it("tells what the SDK would refuse at start, without quoting it", async () => {
    const world = new World({ env: { PUSHMETER_REMOTE_WRITE_TOKEN: `${TOKEN}\n${TOKEN}` } });
    expect(await run(["doctor", server.writeUrl], world)).toBe(1);
    expect(world.stdout.text).toMatch(/✗ configuration: .* printable ASCII/);
    expect(world.stdout.text).not.toContain(TOKEN);
  });

  it.each([
    [["doctor", "a", "b"], "pushmeter doctor takes one URL"],
    [["doctor", "prometheus:9090"], "is no http or https URL"],
    [["doctor", "--wire", "smoke"], "--wire must be remoteWrite or pushgateway or otlp"],
  ])("refuses %j with one sentence and status 2", async (args, sentence) => {
    const world = new World();
    expect(await run(args, world)).toBe(2);
    expect(world.stderr.text).toContain(sentence);
  });
});
