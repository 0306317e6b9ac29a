/** Workers that are set up wrongly, before a healthy receiver, and what the doctor has to say. */
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { blocks } from "../docs/documents.ts";
import type { SetUp } from "./run.ts";

export interface BrokenProject {
  readonly title: string;
  readonly code: string;
  readonly fix: RegExp;
  /** Of wrangler.jsonc; `undefined` leaves out what is usual. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** By path. Default: the README's Worker. */
  readonly files?: Readonly<Record<string, string>>;
}

const METRICS = `import { createPushmeter } from "@pushmeter/sdk";
export const pushmeter = createPushmeter({ service: "courses" });
`;
const INDEX = `import { instrumentWorker } from "@pushmeter/adapters/workers";
import { pushmeter } from "./metrics.ts";
export default instrumentWorker(pushmeter, { fetch: () => new Response("hello") });
`;
const WORKER = { "src/metrics.ts": METRICS, "src/index.ts": INDEX };
const AGGREGATED = {
  "src/metrics.ts": `import { createPushmeter } from "@pushmeter/sdk";
import { aggregator } from "@pushmeter/aggregator/client";
export const pushmeter = createPushmeter({ service: "courses", push: (env) => aggregator(env.PUSHMETER) });
`,
  "src/index.ts": `export { Aggregator } from "@pushmeter/aggregator";\n${INDEX}`,
};
const OBJECT = {
  durable_objects: { bindings: [{ name: "PUSHMETER", class_name: "Aggregator" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Aggregator"] }],
};
const hono = (...lines: readonly string[]) => ({
  "src/metrics.ts": METRICS,
  "src/index.ts": `import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { Hono } from "hono";
import { pushmeter } from "./metrics.ts";
const app = new Hono();
${lines.join("\n")}
export default instrumentWorker(pushmeter, app);
`,
});

export const PROJECTS: readonly BrokenProject[] = [
  {
    title: "no URL",
    code: "no-url",
    fix: /vars in wrangler\.jsonc/,
    config: { vars: {} },
  },
  {
    title: "no compatibility date",
    code: "compatibility-date",
    fix: /"compatibility_date"/,
    config: { compatibility_date: undefined },
  },
  {
    title: "a queue, an old compatibility date",
    code: "queue-date",
    fix: /2025-11-17/,
    config: { compatibility_date: "2025-01-01", queues: { consumers: [{ queue: "enrolments" }] } },
  },
  {
    title: "OTEL_SDK_DISABLED",
    code: "switched-off",
    fix: /Remove it/,
    files: { ...WORKER, ".dev.vars": "OTEL_SDK_DISABLED=true\n" },
  },
  {
    title: "a token in wrangler.jsonc",
    code: "secret-in-vars",
    fix: /wrangler secret put PUSHMETER_REMOTE_WRITE_TOKEN/,
    config: { vars: { PUSHMETER_REMOTE_WRITE_TOKEN: "tok-3kXw9Zq1Lm8Vb2Nc" } },
  },
  {
    title: "a token in .dev.vars, not ignored by git",
    code: "secret-not-ignored",
    fix: /\.gitignore/,
    files: {
      ...WORKER,
      ".dev.vars": "PUSHMETER_REMOTE_WRITE_TOKEN=tok-3kXw9Zq1Lm8Vb2Nc\n",
      ".gitignore": "dist\n",
    },
  },
  {
    title: "an entry that is not there",
    code: "no-entry",
    fix: /Correct main/,
    files: {},
  },
  {
    title: "a Worker that is not wrapped",
    code: "not-measured",
    fix: /pushmeter init/,
    files: { "src/index.ts": 'export default { fetch: () => new Response("hello") };\n' },
  },
  {
    title: "Hono's middleware after a route",
    code: "middleware-order",
    fix: /first place/,
    files: hono('app.get("/", (c) => c.text("hello"));', "app.use(pushmeterMiddleware(pushmeter));"),
  },
  {
    title: "a pushmeter for each request",
    code: "made-per-request",
    fix: /Call it once/,
    files: {
      "src/index.ts": `import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
export default {
  fetch(request, env, ctx) {
    const pushmeter = createPushmeter({ service: "courses" });
    return instrumentWorker(pushmeter, { fetch: () => new Response("hello") }).fetch(request, env, ctx);
  },
};
`,
    },
  },
  {
    title: "a variable that nothing sets",
    code: "variable-missing",
    fix: /WRITE_URL to vars/,
    files: {
      ...WORKER,
      "src/metrics.ts": `import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
export const pushmeter = createPushmeter({ push: (env) => remoteWrite({ url: env.WRITE_URL }) });
`,
    },
  },
  {
    title: "the receiver for tests in the Worker",
    code: "testing-imported",
    fix: /in tests only/,
    files: {
      ...WORKER,
      "src/metrics.ts": `import "node:assert";\nimport { Receiver } from "@pushmeter/sdk/testing";\nexport { Receiver };\n${METRICS}`,
    },
  },
  {
    title: "an aggregator without its binding",
    code: "no-binding",
    fix: /"class_name": "Aggregator"/,
    files: AGGREGATED,
    config: { durable_objects: { bindings: [{ name: "METRICS", class_name: "Aggregator" }] } },
  },
  {
    title: "… without its class",
    code: "class-not-exported",
    fix: /export \{ Aggregator \}/,
    files: { ...AGGREGATED, "src/index.ts": INDEX },
    config: OBJECT,
  },
  {
    title: "… without its migration",
    code: "migration",
    fix: /new_sqlite_classes/,
    files: AGGREGATED,
    config: { ...OBJECT, migrations: [] },
  },
  {
    title: "… with a migration without SQLite",
    code: "migration",
    fix: /Move it to new_sqlite_classes/,
    files: AGGREGATED,
    config: { ...OBJECT, migrations: [{ tag: "v1", new_classes: ["Aggregator"] }] },
  },
  {
    title: "a package that is not installed",
    code: "bundle",
    fix: /npm install/,
    files: { ...WORKER, "src/index.ts": `import "not-installed";\n${INDEX}` },
  },
];

/** Projects as the pages show them. */
export const HEALTHY_PROJECTS: Readonly<Record<string, Pick<BrokenProject, "files" | "config">>> = {
  "README.md": { files: filesOf("README.md", "src/index.ts") },
  "a Worker with Hono": {
    files: hono("app.use(pushmeterMiddleware(pushmeter));", 'app.get("/", (c) => c.text("hello"));'),
  },
  "docs/aggregator.md": { files: filesOf("docs/aggregator.md", "src/index.ts"), config: OBJECT },
  "one of several destinations, from an environment that is taken apart": {
    files: {
      ...WORKER,
      "src/metrics.ts": `import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
export const pushmeter = createPushmeter({
  push: ({ OTLP_URL, PUSHMETER_REMOTE_WRITE_URL }) =>
    OTLP_URL ? otlp({ url: OTLP_URL }) : remoteWrite({ url: PUSHMETER_REMOTE_WRITE_URL, protocol: "2.0" }),
});
`,
    },
  },
  "a token in .dev.vars": {
    files: {
      ...WORKER,
      ".dev.vars": "PUSHMETER_REMOTE_WRITE_TOKEN=tok-3kXw9Zq1Lm8Vb2Nc\n",
      ".gitignore": ".dev.vars*\n",
    },
  },
};

function filesOf(page: string, ...paths: readonly string[]): Record<string, string> {
  const shown = blocks(page, "ts").filter(({ path }) => paths.includes(path));
  return Object.fromEntries(shown.map(({ path, text }) => [path, text]));
}

/** The project before a receiver that takes everything. */
export async function start({
  files = WORKER,
  config = {},
}: Pick<BrokenProject, "files" | "config">): Promise<SetUp> {
  const server = await ReceiverServer.start();
  const vars = { PUSHMETER_REMOTE_WRITE_URL: server.writeUrl };
  const usual = { name: "courses", main: "src/index.ts", compatibility_date: "2026-10-01" };
  const given = config.vars as object | undefined;
  const wrangler = {
    ...usual,
    ...config,
    vars: given && !Object.keys(given).length ? {} : { ...vars, ...given },
  };
  return {
    project: { ...files, "wrangler.jsonc": JSON.stringify(wrangler), "package.json": '{ "type": "module" }' },
    stop: () => server.stop(),
  };
}
