/**
 * Names as they were: after the same requests pushmeter has the series of the library that it follows, with the same labels
 * and counts. Libraries for JavaScript run beside it in the same app; what those for Python answer is recorded.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createPushmeter, type Names } from "@pushmeter/sdk";
import {
  appRequestCount,
  expressPromBundle,
  fastapiInstrumentator,
  honoPrometheus,
  promClient,
} from "@pushmeter/sdk/names";
import { it } from "vitest";
import { expectSame } from "./compare.ts";
import {
  withAppRequestCount,
  withExpressPromBundle,
  withHonoPrometheus,
  withoutLibrary,
  withPromClient,
} from "./services.ts";

const meter = (names: Names) => createPushmeter({ service: "courses", names });
const recorded = (file: string) => readFileSync(join(import.meta.dirname, "recorded", file), "utf8");

it("@hono/prometheus", async () => {
  const { own, library } = await withHonoPrometheus(meter(honoPrometheus()), {});
  expectSame(own, library);
  const prefixed = await withHonoPrometheus(meter(honoPrometheus({ prefix: "app_" })), { prefix: "app_" });
  expectSame(prefixed.own, prefixed.library);
});

it("prom-client, as its users name things", async () => {
  const { own, library } = await withPromClient(meter(promClient()));
  expectSame(own, library);
});

it("express-prom-bundle", async () => {
  const bare = await withExpressPromBundle(meter(expressPromBundle()), {});
  expectSame(bare.own, bare.library, "up");
  // It takes the raw path for requests that no route matched.
  const excludeRoutes = [/nowhere/];
  const names = expressPromBundle({ includeMethod: true, includePath: true });
  const options = { includeMethod: true, includePath: true, excludeRoutes };
  const { own, library } = await withExpressPromBundle(meter(names), options);
  expectSame(own.replace(/^.*status_code="404".*\n/gm, ""), library, "up");
});

it("prometheus-fastapi-instrumentator", async () => {
  const own = await withoutLibrary(meter(fastapiInstrumentator()));
  expectSame(own.replace(/^.*http_requests_inprogress.*\n/gm, ""), recorded("instrumentator.txt"));
});

it("app_request_count, by prometheus_client and by prom-client", async () => {
  const own = await withoutLibrary(meter(appRequestCount({ total: true })));
  expectSame(own, recorded("app-request-count.txt"));
  const { own: plain, library } = await withAppRequestCount(meter(appRequestCount()));
  expectSame(plain.replace(/^app_request_latency.*\n/gm, ""), library);
});
