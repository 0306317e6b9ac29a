/** Events whose caller waits for a response: API Gateway, function URLs, load balancers, VPC Lattice, WebSocket APIs. */

import { type Fields, fields, text } from "./fields.ts";
import type { HttpSource } from "./source.ts";

/** Application Load Balancer. It knows no route. */
export function alb(event: Fields): HttpSource | undefined {
  const method = text(event.httpMethod);
  if (!method || !fields(event.requestContext).elb) return undefined;
  // A target group with multi-value headers sends lists.
  const headers = { ...fields(event.multiValueHeaders), ...fields(event.headers) };
  return { kind: "http", method, scheme: schemeOf(headers), failure: 502, bare: false };
}

/** HTTP API with payload format 2.0, or function URL, whose events are the same with the route `$default`. */
export function httpApi(event: Fields): HttpSource | undefined {
  const { http, domainName } = fields(event.requestContext);
  const method = text(fields(http).method);
  if (!method || text(event.rawPath) === undefined) return undefined;
  const [, pattern] = text(event.routeKey)?.split(" ") ?? [];
  const isUrl = text(domainName)?.includes(".lambda-url.");
  return {
    kind: "http",
    method,
    scheme: schemeOf(fields(event.headers)),
    route: text(pattern),
    failure: isUrl ? 502 : 500,
    bare: true,
  };
}

/** VPC Lattice, event structure version 2 and 1. It knows no route. */
export function lattice(event: Fields): HttpSource | undefined {
  const method = text(event.method);
  const isLattice = text(fields(event.requestContext).serviceArn) ?? text(event.raw_path);
  if (!method || !isLattice) return undefined;
  return { kind: "http", method, scheme: schemeOf(fields(event.headers)), failure: 502, bare: false };
}

/** REST API, or HTTP API with payload format 1.0. */
export function restApi(event: Fields): HttpSource | undefined {
  const method = text(event.httpMethod);
  const resource = text(event.resource);
  if (!method || !resource) return undefined;
  return {
    kind: "http",
    method,
    scheme: schemeOf(fields(event.headers)),
    // `$default` stands for every path.
    route: resource.startsWith("/") ? resource : undefined,
    failure: 502,
    bare: false,
  };
}

/** WebSocket API: a connection, which is a GET, its messages, and its end. */
export function webSocket(event: Fields): HttpSource | undefined {
  const { connectionId, eventType, routeKey } = fields(event.requestContext);
  if (!text(connectionId) || !/^(CONNECT|MESSAGE|DISCONNECT)$/.test(`${eventType}`)) return undefined;
  const route = text(routeKey);
  return { kind: "http", method: "GET", scheme: "https", route, failure: 500, bare: true };
}

function schemeOf(headers: Fields): "http" | "https" {
  const forwarded = headers["x-forwarded-proto"] ?? headers["X-Forwarded-Proto"];
  return (Array.isArray(forwarded) ? forwarded[0] : forwarded) === "http" ? "http" : "https";
}
