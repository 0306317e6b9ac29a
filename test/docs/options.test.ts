/** The tables of options in docs/ list what the code accepts, and the table of variables what it reads. */

import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { instrumentHono, pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { measure } from "@pushmeter/adapters/measure";
import { instrumentExpress, instrumentFastify, instrumentHttp } from "@pushmeter/adapters/node";
import { instrumentServer } from "@pushmeter/adapters/server";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { aggregator } from "@pushmeter/aggregator/client";
import { createPushmeter } from "@pushmeter/sdk";
import {
  appRequestCount,
  expressPromBundle,
  fastapiInstrumentator,
  honoPrometheus,
  promClient,
} from "@pushmeter/sdk/names";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { sigv4 } from "@pushmeter/sdk/sigv4";
import { rows } from "@pushmeter/testkit/markdown";
import { serve } from "@pushmeter/testkit/serve";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, describe, expect, it, vi } from "vitest";
import { codes, NODE_PAGES, read, WORKER_PAGES } from "./documents.ts";

const pushmeter = createPushmeter();
const handler = async () => new Response();
const binding = { idFromName: () => "", get: () => ({}) };

/** Each function, called with an option that it does not know: the error lists those that it accepts. */
const CALLS: Readonly<Record<string, (options: never) => unknown>> = {
  createPushmeter: (options) => createPushmeter(options),
  remoteWrite: (options) => remoteWrite(options),
  pushgateway: (options) => pushgateway(options),
  otlp: (options) => otlp(options),
  aggregator: (options) => aggregator(binding, options),
  sigv4: (options) => sigv4(options),
  instrumentWorker: (options) => instrumentWorker(pushmeter, { fetch: handler }, options),
  instrumentFetch: (options) => instrumentFetch(pushmeter, handler, options),
  pushmeterMiddleware: (options) => pushmeterMiddleware(pushmeter, options),
  instrumentServer: (options) => instrumentServer(pushmeter, handler, options),
  instrumentHono: (options) => instrumentHono(pushmeter, new Hono(), options),
  instrumentHttp: (options) => instrumentHttp(pushmeter, handler, options),
  instrumentExpress: (options) => instrumentExpress(pushmeter, express(), options),
  instrumentFastify: (options) => instrumentFastify(pushmeter, fastify(), options),
  measure: (options) => measure(pushmeter, "job", handler, options),
  promClient: (options) => promClient(options),
  honoPrometheus: (options) => honoPrometheus(options),
  expressPromBundle: (options) => expressPromBundle(options),
  fastapiInstrumentator: (options) => fastapiInstrumentator(options),
  appRequestCount: (options) => appRequestCount(options),
  instrumentLambda: (options) => instrumentLambda(pushmeter, handler, options),
};

describe("the tables of options", () => {
  it.each(Object.entries(CALLS))("list what %s accepts", (name, call) => {
    let message = "";
    try {
      call({ noSuchOption: true } as never);
    } catch (error) {
      message = String(error);
    }
    const accepted = /Accepted: (.*)$/.exec(message)?.[1]?.split(", ");
    const listed = [...WORKER_PAGES, ...NODE_PAGES].flatMap((page) =>
      rows(read(page), (header) => codes(header).includes(name)).flatMap(([option = ""]) => codes(option)),
    );
    expect(listed.sort()).toEqual(accepted?.sort());
  });
});

describe("the table of variables", () => {
  afterEach(() => vi.unstubAllEnvs());

  const variables = rows(read("docs/destinations.md"), (header) => header === "variable");

  it.each(variables)(
    "says where %s sends, %s, and with which token",
    async (variable, destination, token) => {
      const requests: { path: string; authorization: string | null }[] = [];
      const server = await serve((request) => {
        requests.push({
          path: new URL(request.url).pathname,
          authorization: request.headers.get("authorization"),
        });
        return new Response(null, { status: 200 });
      });
      vi.stubEnv(codes(variable ?? "")[0] ?? "", `${server.url}/here`);
      vi.stubEnv(codes(token ?? "")[0] ?? "", "a-token");
      const fromEnvironment = createPushmeter({ service: "courses", onError: () => {} });
      fromEnvironment.meter.createCounter("app.logins").add(1);
      try {
        await fromEnvironment.flush({ timeout: 2_000 });
      } finally {
        server.close();
      }
      const [name = ""] = codes(destination ?? "");
      const paths: Record<string, RegExp> = {
        remoteWrite: /^\/here$/,
        pushgateway: /^\/here\/metrics\/job\/courses\/instance\/[\w-]+$/,
        otlp: /^\/here$/,
      };
      expect(requests[0]?.path).toMatch(paths[name] ?? /^nowhere$/);
      expect(requests[0]?.authorization).toBe("Bearer a-token");
    },
  );
});
