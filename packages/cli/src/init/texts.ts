/** The files that `init` makes: one with the pushmeter, and a test of it. */
import type { Style } from "./edits/module-edit.ts";

/** The runners of which projects may have one. */
export type Runner = "vitest" | "vitest in workerd" | "jest" | "deno" | "node:test";

export interface MetricsFile {
  readonly service: string;
  readonly style: Style;
  readonly isTyped: boolean;
  readonly isCommonJs: boolean;
  readonly aggregator: boolean;
}

export function metricsText({ service, style, isTyped, isCommonJs, aggregator }: MetricsFile): string {
  const { quote, semicolon: end, indent } = style;
  const q = (text: string) => `${quote}${text}${quote}`;
  const load = (name: string, from: string) =>
    isCommonJs ? `const { ${name} } = require(${q(from)})${end}` : `import { ${name} } from ${q(from)}${end}`;
  const imports = [
    ...(aggregator ? [load("aggregator", "@pushmeter/aggregator/client")] : []),
    load("createPushmeter", "@pushmeter/sdk"),
  ];
  const env = environmentOf(isTyped ? ".ts" : ".js");
  const options = aggregator
    ? `{\n${indent}service: ${q(service)},\n${indent}push: (${env}) => aggregator(env.PUSHMETER),\n}`
    : `{ service: ${q(service)} }`;
  const made = `const pushmeter = createPushmeter(${options})${end}`;
  return `${imports.join("\n")}\n\n${isCommonJs ? `${made}\nmodule.exports = { pushmeter }${end}` : `export ${made}`}\n`;
}

/** The parameter of `push`, with its type in TypeScript. */
export function environmentOf(path: string): string {
  return /ts$/.test(path) ? "env: { PUSHMETER: Parameters<typeof aggregator>[0] }" : "env";
}

/** What the test calls. */
export type Subject =
  | { readonly kind: "worker" | "hono"; readonly from: string }
  | { readonly kind: "lambda"; readonly from: string; readonly handler: string }
  /** An entry that listens as soon as it is imported. */
  | { readonly kind: "server" };

export interface TestFile {
  readonly runner: Runner;
  readonly subject: Subject;
  /** How the test imports the pushmeter. */
  readonly metrics: string;
  readonly style: Style;
  readonly isTyped: boolean;
}

const REQUESTS = "http_server_request_duration_seconds_count";
const INVOCATIONS = "faas_invoke_duration_seconds_count";

const RUNNERS: Readonly<Record<Runner, string>> = {
  vitest: 'import { it } from "vitest";',
  "vitest in workerd": 'import { it } from "vitest";',
  jest: 'import { it } from "@jest/globals";',
  deno: "const it = Deno.test;",
  "node:test": 'import { it } from "node:test";',
};

export function testText({ runner, subject, metrics, style, isTyped }: TestFile): string {
  const { kind } = subject;
  const inWorkerd = runner === "vitest in workerd";
  const any = isTyped ? " as never" : "";
  const [imports, action, title, metric] =
    kind === "lambda"
      ? [
          [`import { ${subject.handler} } from "${subject.from}";`],
          [`await ${subject.handler}({}${any}, {}${any});`],
          "counts an invocation",
          INVOCATIONS,
        ]
      : kind === "server"
        ? [
            [
              'import { pushmeterMiddleware } from "@pushmeter/adapters/hono";',
              'import { Hono } from "hono";',
            ],
            [
              'const app = new Hono().use(pushmeterMiddleware(pushmeter)).get("/", (c) => c.text("hello"));',
              'await app.request("/");',
            ],
            "counts a request",
            REQUESTS,
          ]
        : [
            [
              ...(inWorkerd
                ? ['import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";']
                : []),
              `import worker from "${subject.from}";`,
            ],
            inWorkerd
              ? [
                  "const ctx = createExecutionContext();",
                  `await worker.fetch(new Request("http://localhost/")${any}, env${any}, ctx);`,
                  "await waitOnExecutionContext(ctx);",
                ]
              : [
                  "const context = { waitUntil() {}, passThroughOnException() {} };",
                  `await worker.fetch(new Request("http://localhost/")${any}, {}${any}, context${any});`,
                ],
            "counts a request",
            REQUESTS,
          ];
  const text = `import { testMeter } from "@pushmeter/sdk/testing";
${[RUNNERS[runner], ...imports].filter((line) => line.startsWith("import")).join("\n")}
import { pushmeter } from "${metrics}";
${RUNNERS[runner].startsWith("import") ? "" : `\n${RUNNERS[runner]}\n`}
const meter = testMeter(pushmeter);

it("${title}", async () => {
${[...action, `await meter.assertCounted("${metric}", {}, 1);`].map((line) => style.indent + line).join("\n")}
});
`;
  return styled(text, style);
}

/** A text with double quotes and semicolons, as the user writes. */
export function styled(text: string, { quote, semicolon }: Style): string {
  const quoted = quote === '"' ? text : text.replaceAll('"', "'");
  return semicolon ? quoted : quoted.replace(/;$/gm, "");
}
