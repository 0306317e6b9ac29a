/** A process of any runtime: serves some requests, pushes deltas to an aggregator, and ends. `process.ts SERVICE REQUESTS` */
import process from "node:process";
import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";

const [, , service = "", requests] = process.argv;
const { OTLP_URL: url = "", OTLP_TOKEN: bearer = "" } = process.env;
const pushmeter = createPushmeter({ service, push: otlp({ url, auth: { bearer }, temporality: "delta" }) });
const handle = instrumentFetch(pushmeter, () => new Response("hello"), { route: () => "/" });
for (let n = 0; n < Number(requests); n++) {
  await handle(new Request("http://courses.example/"));
  if (n % 4 === 0) await pushmeter.flush();
}
await pushmeter.shutdown();
