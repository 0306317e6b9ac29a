/**
 * What docs/lambda.md shows for AWS CDK and Terraform, given to these tools themselves, without an account:
 * `node test/lambda/deploy.ts`. CDK synthesises and bundles the page's function, which then runs and is counted;
 * Terraform's snippet is read by HashiCorp's own parser. Installs both from npm into test/.cache, 200 MB.
 */
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { httpApi } from "@pushmeter/testkit/lambda/events";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { ROOT, writeBlocks } from "../docs/documents.ts";
import { LAMBDA_PAGE, snippet } from "../docs/snippets.ts";

const run = promisify(execFile);

const TOOLS = ["aws-cdk-lib@2.276.0", "constructs@10.8.1", "esbuild@0.28.2", "@cdktf/hcl2json@0.21.0"];
const FOLDER = join(ROOT, "test/.cache/deploy");

async function install(): Promise<void> {
  const done = join(FOLDER, `${TOOLS.join(" ").replaceAll("/", " ")}.installed`);
  if (existsSync(done)) return;
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, "package.json"), '{ "private": true, "type": "module" }');
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...TOOLS], { cwd: FOLDER });
  await writeFile(done, "");
}

const APP = `
import { App, Stack } from "aws-cdk-lib";
import { Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";

class CoursesStack extends Stack {
  constructor(scope, id) {
    super(scope, id);
    SNIPPET
  }
}
const app = new App({ outdir: process.argv[2] });
new CoursesStack(app, "CoursesStack");
app.synth();`;

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
  >;
}

async function cdk(): Promise<void> {
  const page = await writeBlocks(LAMBDA_PAGE);
  const server = await ReceiverServer.start();
  try {
    const app = join(FOLDER, "app.js");
    await writeFile(app, APP.replace("SNIPPET", snippet("lib/courses.ts")));
    const out = join(page, "cdk.out");
    // CDK finds esbuild, the entry and the lock file from where it runs.
    const path = `${join(FOLDER, "node_modules/.bin")}:${process.env.PATH}`;
    await run(process.execPath, [app, out], { cwd: page, env: { ...process.env, PATH: path } });
    const template = JSON.parse(await readFile(join(out, "CoursesStack.template.json"), "utf8")) as Template;
    const functions = Object.values(template.Resources).filter(
      ({ Type }) => Type === "AWS::Lambda::Function",
    );
    assert.equal(functions.length, 1);
    const { Runtime, Handler, Environment } = functions[0]?.Properties ?? {};
    assert.deepEqual([Runtime, Handler], ["nodejs24.x", "index.handler"]);
    assert.match(JSON.stringify(Environment), /REMOTE_WRITE_URL/);
    const [asset = ""] = (await readdir(out)).filter((name) => name.startsWith("asset."));
    const directory = join(out, asset);
    // Outside of this repository's ES modules, as in a function's folder.
    await writeFile(join(directory, "package.json"), "{}");
    const lambda = new LocalLambda({ directory, env: { REMOTE_WRITE_URL: server.writeUrl } });
    assert.deepEqual((await lambda.invoke(httpApi)).payload, { statusCode: 200, body: "hello" });
    await lambda.stop();
    assert.equal(server.counted("http_server_request_duration_seconds_count"), 1);
  } finally {
    server.stop();
    await rm(page, { recursive: true });
  }
}

interface Hcl {
  readonly resource: {
    readonly aws_lambda_function: { readonly courses: readonly Record<string, unknown>[] };
  };
}

async function terraform(): Promise<void> {
  const { parse } = createRequire(join(FOLDER, "package.json"))("@cdktf/hcl2json") as {
    parse(name: string, text: string): Promise<Hcl>;
  };
  const { resource } = await parse("main.tf", snippet("main.tf"));
  const [courses] = resource.aws_lambda_function.courses;
  assert.deepEqual([courses?.runtime, courses?.handler], ["nodejs24.x", "index.handler"]);
  assert.match(JSON.stringify(courses?.environment), /REMOTE_WRITE_URL/);
}

await install();
await cdk();
console.log("AWS CDK: synthesised, bundled, run and counted");
await terraform();
console.log("Terraform: parsed");
