/** Fresh projects, as the usual generators make them in November 2026. */

export interface Fresh {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** `npm create cloudflare`, "Worker only", TypeScript: tabs, trailing commas, `satisfies`. */
const CLOUDFLARE: Fresh = {
  name: "create-cloudflare",
  files: {
    "package.json": `{
	"name": "hello",
	"version": "0.0.0",
	"private": true,
	"scripts": {
		"deploy": "wrangler deploy",
		"dev": "wrangler dev",
		"test": "vitest"
	},
	"devDependencies": {
		"@cloudflare/vitest-plugin": "^1.0.0",
		"typescript": "^5.5.2",
		"vitest": "~5.1.0",
		"wrangler": "^4"
	}
}
`,
    "wrangler.jsonc": `{
	"name": "hello",
	"main": "src/index.ts",
	// Behaviour of this day.
	"compatibility_date": "2026-10-01",
	"observability": {
		"enabled": true,
	},
}
`,
    "src/index.ts": `/**
 * The first Worker.
 */

export default {
	async fetch(request, env, ctx): Promise<Response> {
		return new Response("Hello World!");
	},
} satisfies ExportedHandler<Env>;
`,
    "worker-configuration.d.ts": "interface Env {}\n",
    "vitest.config.mts": `import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
	plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" } })],
});
`,
    "test/index.spec.ts": `import { env, createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { it, expect } from "vitest";
import worker from "../src/index";

it("says hello", async () => {
	const ctx = createExecutionContext();
	const response = await worker.fetch(new Request("http://example.com") as never, env as never, ctx);
	await waitOnExecutionContext(ctx);
	expect(await response.text()).toBe("Hello World!");
});
`,
    "tsconfig.json": json({
      compilerOptions: {
        target: "es2024",
        lib: ["es2024"],
        module: "es2022",
        moduleResolution: "Bundler",
        types: ["@cloudflare/workers-types"],
        noEmit: true,
        strict: true,
        skipLibCheck: true,
      },
      include: ["worker-configuration.d.ts", "src"],
    }),
  },
};

/** `npm create hono`, template cloudflare-workers: single quotes, no semicolons, comments in wrangler.jsonc. */
const HONO_WORKERS: Fresh = {
  name: "create-hono, Workers",
  files: {
    "package.json": json({
      name: "hello",
      type: "module",
      scripts: { dev: "wrangler dev", deploy: "wrangler deploy --minify" },
      dependencies: { hono: "^4.13.3" },
      devDependencies: { wrangler: "^4.110.0" },
    }),
    "wrangler.jsonc": `{
  "$schema": "node_modules/wrangler/config-schema.json",
  "name": "hello",
  "main": "src/index.ts",
  "compatibility_date": "2025-08-03"
  // "compatibility_flags": [
  //   "nodejs_compat"
  // ],
  // "vars": {
  //   "MY_VAR": "my-variable"
  // }
}`,
    "src/index.ts": `import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => {
  return c.text('Hello Hono!')
})

export default app
`,
    "tsconfig.json": json({
      compilerOptions: {
        target: "ESNext",
        module: "ESNext",
        moduleResolution: "Bundler",
        strict: true,
        skipLibCheck: true,
        lib: ["ESNext", "WebWorker"],
        noEmit: true,
        types: [],
      },
      include: ["src"],
    }),
  },
};

/** `npm create hono`, template nodejs. */
const HONO_NODE: Fresh = {
  name: "create-hono, Node",
  files: {
    "package.json": json({
      name: "hello",
      type: "module",
      scripts: { build: "tsc", start: "node dist/index.js" },
      dependencies: { "@hono/node-server": "^2.1.1", hono: "^4.13.3" },
      devDependencies: { "@types/node": "^26.1.1", typescript: "^7.0.2" },
    }),
    "src/index.ts": `import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => {
  return c.text('Hello Hono!')
})

serve({
  fetch: app.fetch,
  port: Number(process.env.PORT ?? 3000)
}, (info) => {
  console.log(\`Server is running on http://localhost:\${info.port}\`)
})
`,
    "tsconfig.json": json({
      compilerOptions: {
        target: "ESNext",
        module: "NodeNext",
        strict: true,
        verbatimModuleSyntax: true,
        skipLibCheck: true,
        types: ["node"],
        rootDir: "./src",
        outDir: "./dist",
      },
      include: ["src"],
    }),
  },
};

/** `npm create hono`, template deno. */
const HONO_DENO: Fresh = {
  name: "create-hono, Deno",
  files: {
    "deno.json": json({
      imports: { hono: "jsr:@hono/hono@^4.13.3" },
      tasks: { start: "deno run --allow-net main.ts" },
    }),
    "main.ts": `import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => {
  return c.text('Hello Hono!')
})

Deno.serve(app.fetch)
`,
  },
};

/** `sam init`, "Hello World Example", TypeScript: package.json beside the code, esbuild, jest. */
const SAM: Fresh = {
  name: "sam init",
  files: {
    "template.yaml": `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: >
  hello

  A function behind an API

# For all functions
Globals:
  Function:
    Timeout: 3

Resources:
  HelloWorldFunction:
    Type: AWS::Serverless::Function # the resource's documentation
    Properties:
      CodeUri: hello-world/
      Handler: app.lambdaHandler
      Runtime: nodejs22.x
      Events:
        HelloWorld:
          Type: Api
          Properties:
            Path: /hello
            Method: get
    Metadata: # for esbuild
      BuildMethod: esbuild
      BuildProperties:
        Minify: true
        Target: "es2020"
        EntryPoints: 
        - app.ts

Outputs:
  HelloWorldApi:
    Value: !Sub "https://\${ServerlessRestApi}.execute-api.\${AWS::Region}.amazonaws.com/Prod/hello/"
`,
    "hello-world/package.json": json({
      name: "hello_world",
      version: "1.0.0",
      main: "app.js",
      scripts: { test: "jest" },
      dependencies: { esbuild: "^0.28.0" },
      devDependencies: { "@types/aws-lambda": "^8.10.109", "@jest/globals": "^29.4.0", jest: "^29.3.1" },
    }),
    "hello-world/app.ts": `import { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

/**
 * Event doc: https://docs.aws.amazon.com/apigateway/latest/developerguide/
 */

export const lambdaHandler = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    return {
        statusCode: 200,
        body: JSON.stringify({
            message: 'hello world',
        }),
    };
};
`,
    "hello-world/tsconfig.json": json({
      compilerOptions: {
        target: "es2022",
        strict: true,
        noEmit: true,
        module: "es2022",
        moduleResolution: "bundler",
        skipLibCheck: true,
        types: ["node"],
      },
      include: ["*.ts"],
    }),
  },
};

/** `cdk init` with a function in lambda/, as CDK's guide for TypeScript has it. */
const CDK: Fresh = {
  name: "cdk",
  files: {
    "package.json": json({
      name: "hello",
      version: "0.1.0",
      scripts: { build: "tsc", cdk: "cdk" },
      dependencies: { "aws-cdk-lib": "^2.200.0", constructs: "^10.0.0" },
      devDependencies: { "@types/aws-lambda": "^8.10.109", "aws-cdk": "2.1148.1", esbuild: "^0.28.0" },
    }),
    "cdk.json": json({ app: "npx tsx bin/hello.ts" }),
    "lib/hello-stack.ts": `import * as path from 'path';
import * as cdk from 'aws-cdk-lib';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';

export class HelloStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);

    new NodejsFunction(this, 'HelloFunction', {
      entry: path.join(__dirname, '../lambda/hello.ts'),
      handler: 'handler',
    });
  }
}
`,
    "lambda/hello.ts": `import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from 'aws-lambda';

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> {
  return { statusCode: 200, body: 'hello' };
}
`,
    "tsconfig.json": json({
      compilerOptions: {
        target: "ES2022",
        module: "NodeNext",
        moduleResolution: "NodeNext",
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ["node"],
      },
      include: ["lambda"],
    }),
  },
};

export const FRESH: readonly Fresh[] = [CLOUDFLARE, HONO_WORKERS, HONO_NODE, HONO_DENO, SAM, CDK];
