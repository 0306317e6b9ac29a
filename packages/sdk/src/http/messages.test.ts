import { describe, expect, it } from "vitest";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Endpoint, type EndpointOptions } from "./endpoint.ts";
import { busy, byStatus, send } from "./send.ts";

/** The message of a push that is answered like this. */
async function told(
  answer: (request: Request) => Response | Promise<Response>,
  options: Partial<EndpointOptions> = {},
): Promise<string> {
  const runtime = new FakeRuntime();
  const fetch = async (request: Request) => answer(request);
  const endpoint = new Endpoint(
    "remoteWrite",
    { url: "https://receiver.example/write", timeout: 500, fetch, ...options },
    runtime,
    "the whole write endpoint",
  );
  const call = { method: "POST", headers: { "content-type": "text/plain" } };
  const { error } = await runtime.until(send(endpoint, call, (each) => byStatus(each, busy)));
  return error?.message ?? "stored";
}

const answers = (status: number, body = "") => told(() => new Response(body, { status }));

describe("a message that ends the search", () => {
  it.each<[what: string, status: number, body: string, hint: string]>([
    [
      "a login page",
      200,
      "<!DOCTYPE html><title>Log in",
      "a web page answered, not a receiver: check the url",
    ],
    ["a page of a proxy", 404, "<html>", "a web page answered"],
    ["a path that is not there", 404, "404 page not found", "url has to be the whole write endpoint"],
    ["no path at all", 405, "Method Not Allowed", "url has to be the whole write endpoint"],
    ["wrong credentials", 401, "", "check auth"],
    ["no permission", 403, "", "check auth"],
    ["no tenant", 401, "no org id", 'name the tenant: auth: { headers: { "X-Scope-OrgID": … } }'],
    ["a redirect", 302, "", "redirects are not followed: set url to the final address"],
    ["an unknown protocol", 415, "", "the receiver does not understand this protocol: set another"],
  ])("says what to do about %s", async (_, status, body, hint) => {
    expect(await answers(status, body)).toContain(`${hint}`);
  });

  it("leaves alone what says it itself", async () => {
    const off = "remote write receiver needs to be enabled with --web.enable-remote-write-receiver";
    expect(await answers(404, off)).toMatch(/refused with 404: remote write receiver needs .*-receiver$/);
  });

  it("has no control characters of a binary answer in it", async () => {
    expect(await answers(400, "\b\u0003\u0012\u001cinvalid temporality\u0000")).toMatch(
      /refused with 400: invalid temporality$/,
    );
  });
});

describe("a message names no secret", () => {
  const TOKEN = "glc_eyJvIjoiMTIzNDU2Nzg5In0";
  const SESSION = `IQoJb3JpZ2luX2VjE${"A1b2/+=".repeat(100)}`;
  const SIGNATURE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

  it("that stands in the url's path", async () => {
    const url = `https://receiver.example/push/${TOKEN}/api/v1/write`;
    const message = await told(({ url }) => new Response(`no such ${url}`, { status: 400 }), { url });
    expect(message).not.toContain(TOKEN);
    expect(message).toContain("remoteWrite to https://receiver.example/push/***/api/v1/write: ");
  });

  it("that a signer has made, when the receiver echoes what was signed", async () => {
    const sigv4 = async (request: Request) => {
      const headers = new Headers(request.headers);
      const credential = "AKIAIOSFODNN7EXAMPLE/20261121/eu-central-1/aps/aws4_request";
      headers.set("authorization", `AWS4-HMAC-SHA256 Credential=${credential}, Signature=${SIGNATURE}`);
      headers.set("x-amz-security-token", SESSION);
      headers.set("x-amz-date", "20261121T120000Z");
      return new Request(request, { headers });
    };
    const echo = ({ headers }: Request) =>
      new Response(
        `The Canonical String should have been x-amz-date:${headers.get("x-amz-date")} x-amz-security-token:${SESSION} ${SIGNATURE}`,
        { status: 403 },
      );
    const message = await told(echo, { auth: { sigv4 } });
    expect(message).toContain("The Canonical String should have been");
    for (const secret of [SESSION, SIGNATURE, SESSION.slice(0, 40)]) expect(message).not.toContain(secret);
  });

  it("not a part of one that is cut off", async () => {
    const message = await told(() => new Response(`${"x".repeat(1000)}${SESSION}`, { status: 400 }), {
      auth: { bearer: SESSION },
    });
    expect(message).not.toContain(SESSION.slice(0, 8));
  });
});
