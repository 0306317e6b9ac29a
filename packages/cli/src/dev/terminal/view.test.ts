import { describe, expect, it } from "vitest";
import { DevReceiver } from "../receiver.ts";
import { fetchOf } from "../testing/sending.ts";
import { ANSI, PLAIN, view } from "./view.ts";

const URL = "http://127.0.0.1:9095";

async function filled() {
  const receiver = new DevReceiver();
  const body = [
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/courses/:id/certificate/with/a/very/long/path/that/does/not/fit",outcome="success"} 12345',
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/x",outcome="exception"} 3',
    'app_logins_total{result="success",a_label="with a value that is rather long"} 7',
    "app_users 4",
    "",
  ].join("\n");
  for (let i = 0; i < 20; i++) {
    await fetchOf(receiver)(`${URL}/metrics/job/courses/instance/${i}aaaaaaaa-bbbb`, { method: "PUT", body });
  }
  return receiver.snapshot(URL, {
    app: "http://localhost:8787",
    proxy: URL,
    requests: 246_970,
    answered: 246_970,
  });
}

describe("the view in the terminal", () => {
  it.each([60, 80, 120, 200])("fits into %d columns", async (columns) => {
    const lines = view(await filled(), { columns, rows: 40 }, PLAIN);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
  });

  it.each([10, 24, 60])("fits into %d rows", async (rows) => {
    expect(view(await filled(), { columns: 60, rows }, PLAIN).length).toBeLessThanOrEqual(rows);
  });

  it("says what was sent, counted and is on the way, which route fails, and how the instances are", async () => {
    const text = view(await filled(), { columns: 60, rows: 40 }, PLAIN).join("\n");
    expect(text).toContain("sent 246,970,  counted 246,960  10 on the way");
    expect(text).toMatch(/^GET \/x +60 .*▲ 100 %/m);
    expect(text).toMatch(/^app_logins_total\{result="success".* 140/m);
    expect(text).toMatch(/^● \S+ courses +12,348 req +1 pushes +pushed 0 s ago/m);
  });

  it("says where to push before the first push", () => {
    const text = view(new DevReceiver().snapshot(URL), { columns: 60, rows: 24 }, PLAIN).join("\n");
    expect(text).toContain(`PUSHMETER_REMOTE_WRITE_URL=${URL}/api/v1/write`);
  });

  it("has the same text with and without styles", async () => {
    const snapshot = await filled();
    const size = { columns: 60, rows: 40 };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
    const styled = view(snapshot, size, ANSI).map((line) => line.replace(/\u001b\[[\d;]+m/g, ""));
    expect(styled).toEqual(view(snapshot, size, PLAIN));
  });
});
