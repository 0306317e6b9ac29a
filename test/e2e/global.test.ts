import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import { expect, it } from "vitest";

const SITE = "http://courses.example";
const TIMES = 20;

it("what @hono/otel and another library record through OpenTelemetry's global API arrives, and is exact", async () => {
  const server = await ReceiverServer.start();
  const script = await bundleWorker({ file: join(import.meta.dirname, "worker/hono-otel.ts") });
  const worker = startWorkerd(script, { name: "courses", bindings: { PUSH_URL: server.writeUrl } });
  try {
    for (let i = 0; i < TIMES; i++) {
      await (await worker.dispatchFetch(`${SITE}/courses/${i}`)).text();
      await (await worker.dispatchFetch(`${SITE}/mails`, { method: "POST" })).text();
      await (await worker.dispatchFetch(`${SITE}/nowhere`)).text();
    }
    const { receiver } = server;
    const scope = "@hono/otel";
    const REQUESTS = "http_server_request_duration_seconds_count";
    await until(
      "all requests are counted",
      () => receiver.total(REQUESTS, { otel_scope_name: scope }),
      (total) => total >= 3 * TIMES,
    );
    const rows = receiver.series(REQUESTS, { otel_scope_name: scope }).map(({ labels, samples }) => {
      const { http_request_method, http_route, http_response_status_code } = labels;
      return `${http_request_method} ${http_route} ${http_response_status_code} = ${samples.at(-1)?.value}`;
    });
    expect(rows.sort()).toEqual([
      `GET /* 404 = ${TIMES}`,
      `GET /courses/:id 200 = ${TIMES}`,
      `POST /mails 202 = ${TIMES}`,
    ]);
    expect(receiver.total("http_server_active_requests", { otel_scope_name: scope })).toBe(0);
    expect(receiver.total("mailer_sent_total", { otel_scope_name: "a-mailer", mailer_kind: "welcome" })).toBe(
      2 * TIMES,
    );
    // pushmeter's own series of the same metric have no scope.
    expect(receiver.total(REQUESTS, { outcome: "success" })).toBe(2 * TIMES);
    expect(receiver.total(REQUESTS, { outcome: "client_error" })).toBe(TIMES);
  } finally {
    await worker.dispose();
    server.stop();
  }
});
