/** docs/workers.md says what each function adds to a Worker's bundle. */

import { workerSize } from "@pushmeter/testkit/bundle-size";
import { rows } from "@pushmeter/testkit/markdown";
import { expect, it } from "vitest";
import { codes, read } from "./documents.ts";

const WORKER = `
  import { createPushmeter } from "@pushmeter/sdk";
  import { remoteWrite } from "@pushmeter/sdk/remote-write";
  import * as workers from "@pushmeter/adapters/workers";
  export const p = createPushmeter({ push: (env) => remoteWrite({ url: env.URL }) });
  export const worker = workers.instrumentWorker;`;

it("states what each function adds to a Worker with remote write", async () => {
  const size = async (code: string) => (await workerSize({ code, from: import.meta.dirname })).gzip;
  const base = await size(WORKER);
  const stated = rows(read("docs/workers.md"), (header) => header === "import");
  expect(stated.length).toBeGreaterThan(0);
  for (const [name = "", adds = ""] of stated) {
    const [imported = ""] = codes(name);
    const measured = (await size(`${WORKER} export const more = workers.${imported};`)) - base;
    const kilobytes = Number(/^([\d.]+) kB$/.exec(adds)?.[1]);
    expect(Math.abs(measured / 1000 - kilobytes), `${imported}: ${measured}`).toBeLessThan(0.1);
  }
});
