import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { run } from "../main.ts";
import { World } from "../testing/world.ts";

/** A running command, and the addresses that it has printed. */
class Running {
  readonly world = new World();
  readonly #ended: Promise<number>;

  constructor(...args: readonly string[]) {
    this.#ended = run(["dev", "--port", "0", ...args], this.world);
  }

  async address(name: string): Promise<string> {
    await expect.poll(() => this.world.stdout.text).toMatch(/remote write/);
    return new RegExp(`^${name} +(http[^\\s,]+)`, "m").exec(this.world.stdout.text)?.[1] ?? "";
  }

  /** Its exit status after Ctrl-C. */
  end(): Promise<number> {
    this.world.interrupt();
    return this.#ended;
  }
}

/** The status that a request gets that names another host or comes from another page. */
async function statusOf(
  url: string,
  method: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  const sent = request(url, { method, headers }).end();
  const [response] = await once(sent, "response");
  response.resume();
  return response.statusCode;
}

const COUNT = "http_server_request_duration_seconds_count";

describe("pushmeter dev", () => {
  const running: Running[] = [];
  const start = (...args: readonly string[]) => {
    const one = new Running(...args);
    running.push(one);
    return one;
  };
  afterEach(() => Promise.all(running.splice(0).map((one) => one.end())));

  it("prints lines where there is no terminal, and ends with status 0", async () => {
    const dev = start();
    const url = await dev.address("Live page");
    await fetch(`${url}/metrics/job/courses/instance/abc`, { method: "PUT", body: `${COUNT} 3\n` });
    await fetch(`${url}/metrics/job/courses/instance/abc`, { method: "PUT", body: "no\n" });
    expect(await dev.end()).toBe(0);
    const { text } = dev.world.stdout;
    expect(text).toMatch(/^[\d:]+ born courses abc, pushes by Pushgateway$/m);
    expect(text).toMatch(/^[\d:]+ refused 400 Pushgateway: text format parsing error in line 1/m);
    expect(text).toMatch(/^[\d:]+ counted 3, .* 1 pushes, 1 refused, 1 instances live$/m);
    await expect(fetch(url)).rejects.toThrow();
  });

  it("answers /metrics with the newest values", async () => {
    const url = await start().address("Live page");
    await fetch(`${url}/metrics/job/a/instance/b`, {
      method: "PUT",
      body: '# TYPE x counter\nx{l="q\\"\\\\"} 3\n',
    });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      '# TYPE x counter\nx{l="q\\"\\\\",job="a",instance="b"} 3\n',
    );
  });

  it("counts what is sent through its proxy, and passes it on unchanged", async () => {
    const app = createServer((incoming, response) => {
      incoming.pipe(response.writeHead(201, { "x-path": incoming.url ?? "" }));
    }).listen(0, "127.0.0.1");
    await once(app, "listening");
    try {
      const dev = start("--app", `http://127.0.0.1:${(app.address() as AddressInfo).port}`);
      const proxy = await dev.address("Your app");
      const response = await fetch(`${proxy}/a?b=c`, { method: "POST", body: "hello" });
      expect([response.status, response.headers.get("x-path"), await response.text()]).toEqual([
        201,
        "/a?b=c",
        "hello",
      ]);
      const snapshot = await fetch(`${await dev.address("Live page")}/live/snapshot`);
      expect(await snapshot.json()).toMatchObject({ sent: { requests: 1, answered: 1 }, requests: 0 });
    } finally {
      app.close();
      app.closeAllConnections();
    }
  });

  it("answers no request that names another host, and is not cut from another page", async () => {
    const url = await start().address("Live page");
    expect(await statusOf(`${url}/live/snapshot`, "GET", { host: "evil.example" })).toBe(403);
    expect(await statusOf(`${url}/live/cut`, "POST", { origin: "http://evil.example" })).toBe(403);
    expect(await statusOf(`${url}/live/cut`, "POST", {})).toBe(204);
  });

  it("refuses a taken port with one sentence", async () => {
    const url = await start().address("Live page");
    const world = new World();
    expect(await run(["dev", "--port", new URL(url).port], world)).toBe(1);
    expect(world.stderr.text).toMatch(/^Port \d+ is taken: choose another with --port.*\n$/);
  });

  it("refuses an application's address that is no URL with status 2", async () => {
    const world = new World();
    expect(await run(["dev", "--app", "localhost:8787"], world)).toBe(2);
    expect(world.stderr.text).toContain("--app must be an http or https URL");
  });
});
