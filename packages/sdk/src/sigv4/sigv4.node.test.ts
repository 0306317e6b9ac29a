import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createPushmeter, type PushmeterOptions } from "../index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { Receiver } from "../testing/index.ts";
import { sigv4 } from "./index.ts";

const URL_WITH_QUERY =
  "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write?a=b%20c";
const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

/** The signature that AWS's own library makes for what was sent, at the time that it claims. */
async function expected(request: Request, credentials: typeof CREDENTIALS, region: string, service: string) {
  const url = new URL(request.url);
  const signed =
    /SignedHeaders=([^,]+)/.exec(request.headers.get("authorization") ?? "")?.[1]?.split(";") ?? [];
  const date = request.headers.get("x-amz-date") ?? "";
  const headers = signed.map((name) => [
    name,
    name === "host" ? url.host : (request.headers.get(name) ?? ""),
  ]);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const iso = date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5");
  const { headers: result } = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(headers),
      body: new Uint8Array(await request.clone().arrayBuffer()),
    },
    { signingDate: new Date(iso) },
  );
  return result.authorization;
}

const signatureOf = (authorization: string | null | undefined) =>
  /Signature=(\w{64})$/.exec(authorization ?? "")?.[1];

afterEach(() => vi.unstubAllEnvs());

describe("sigv4", () => {
  it.each([
    ["aps", CREDENTIALS],
    ["monitoring", { ...CREDENTIALS, sessionToken: "AQoDYXdzEPT//////////wEXAMPLE=" }],
  ])("signs pushes for %s as AWS's own library does", async (service, credentials) => {
    const sent: Request[] = [];
    const fetch = async (request: Request) => {
      sent.push(request);
      return new Response(null, { status: 204 });
    };
    const auth = { sigv4: sigv4({ region: "eu-central-1", service, credentials }) };
    const pushmeter = createPushmeter({ push: remoteWrite({ url: URL_WITH_QUERY, auth, fetch }) });
    pushmeter.meter.createCounter("app.logins").add(3);
    expect(await pushmeter.flush()).toBe(true);

    const [request] = sent as [Request];
    const authorization = request.headers.get("authorization");
    expect(authorization).toContain(`/eu-central-1/${service}/aws4_request`);
    expect(request.headers.get("x-amz-security-token")).toBe(
      "sessionToken" in credentials ? credentials.sessionToken : null,
    );
    const theirs = await expected(request, credentials, "eu-central-1", service);
    expect(signatureOf(authorization)).toMatch(/^\w{64}$/);
    expect(signatureOf(authorization)).toBe(signatureOf(theirs));
  });

  it("leaves the body and the wire's headers as they were", async () => {
    const receiver = new Receiver();
    const auth = { sigv4: sigv4({ region: "eu-central-1", credentials: CREDENTIALS }) };
    const url = "http://receiver/api/v1/write";
    const pushmeter = createPushmeter({ push: remoteWrite({ url, auth, fetch: receiver.fetch }) });
    pushmeter.meter.createCounter("app.logins").add(3);
    expect(await pushmeter.flush()).toBe(true);
    expect(receiver.total("app_logins_total")).toBe(3);
  });

  it("reads credentials and region from the environment, the credentials anew for every push", async () => {
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    vi.stubEnv("AWS_SESSION_TOKEN", "");
    const sent: (string | null)[] = [];
    const fetch = async ({ headers }: Request) => {
      sent.push(headers.get("authorization"));
      return new Response(null, { status: 204 });
    };
    const pushmeter = createPushmeter({
      push: remoteWrite({ url: URL_WITH_QUERY, auth: { sigv4: sigv4() }, fetch, protocol: "1.0" }),
    });
    for (const id of ["AKIDFIRST", "AKIDSECOND"]) {
      vi.stubEnv("AWS_ACCESS_KEY_ID", id);
      pushmeter.meter.createCounter("app.logins").add(1);
      await pushmeter.flush();
    }
    expect(sent).toEqual([
      expect.stringMatching(/Credential=AKIDFIRST\/\d{8}\/us-east-1\/aps\//),
      expect.stringMatching(/Credential=AKIDSECOND\//),
    ]);
  });

  it("fails a push without credentials, and no secret is in the message", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    const errors: unknown[] = [];
    const options: PushmeterOptions = {
      push: remoteWrite({ url: URL_WITH_QUERY, auth: { sigv4: sigv4({ region: "x" }) }, timeout: 100 }),
      onError: (error) => errors.push(error),
    };
    const pushmeter = createPushmeter(options);
    pushmeter.meter.createCounter("app.logins").add(1);
    expect(await pushmeter.flush()).toBe(false);
    expect(String(errors[0])).toMatch(/sigv4 credentials must be .*AWS_ACCESS_KEY_ID/);
  });

  it("refuses bad options at start", () => {
    vi.stubEnv("AWS_REGION", "");
    expect(() => sigv4()).toThrow(/sigv4 region must be a string that is not empty, got undefined/);
    expect(() => sigv4({ regoin: "x" } as never)).toThrow(
      /sigv4 has no option regoin, did you mean region\?/,
    );
    const half = { accessKeyId: "AKID", secretAccessKey: "" };
    expect(() => sigv4({ region: "x", credentials: half })).toThrow(/sigv4 credentials must be an object/);
    const auth = { sigv4: { region: "x" } } as never;
    expect(() => remoteWrite({ url: URL_WITH_QUERY, auth })).toThrow(
      /remoteWrite auth\.sigv4 must be a function, got an object with region/,
    );
  });
});
