/**
 * `@pushmeter/sdk/sigv4`: signs pushes for Amazon Managed Service for Prometheus.
 * @module @pushmeter/sdk/sigv4
 */
import { AwsV4Signer } from "aws4fetch";
import { environment, text } from "../environment.ts";
import type { Signer } from "../http/endpoint.ts";
import { checkNames, checkText, invalid } from "../options.ts";

export type { Signer } from "../http/endpoint.ts";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SigV4Options {
  /** Left out: `AWS_REGION`. */
  readonly region?: string | undefined;
  /** Default `aps`, Amazon Managed Service for Prometheus. */
  readonly service?: string | undefined;
  /**
   * Credentials, or a function that is asked for them before every request. Left out: `AWS_ACCESS_KEY_ID`,
   * `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, read before every request, because they rotate.
   */
  readonly credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
}

/**
 * The `auth` of a destination that wants AWS Signature Version 4. A separate entry point, so that only users of
 * SigV4 bundle it.
 *
 * @example
 * ```ts
 * remoteWrite({ url: workspaceUrl, auth: { sigv4: sigv4({ region: "eu-central-1" }) } });
 * ```
 * @throws TypeError for an option that is unknown or unusable. A push without credentials fails and is
 * reported to `onError`.
 */
export function sigv4(options: SigV4Options = {}): Signer {
  checkNames("sigv4", options, "region service credentials");
  const { service = "aps", credentials = fromEnvironment } = options;
  const region = options.region ?? text(environment(), "AWS_REGION");
  checkText("sigv4 region", region);
  checkText("sigv4 service", service);
  if (typeof credentials !== "function") checkCredentials(credentials);

  return async (request) => {
    const { accessKeyId, secretAccessKey, sessionToken } = checkCredentials(
      typeof credentials === "function" ? await credentials() : credentials,
    );
    const body = await request.arrayBuffer();
    const { method, url, headers } = await new AwsV4Signer({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      region,
      service,
    }).sign();
    const sent = body.byteLength ? body : null;
    return new Request(url, { method, headers, body: sent, redirect: "manual", signal: request.signal });
  };
}

function fromEnvironment(): AwsCredentials {
  const env = environment();
  return {
    accessKeyId: text(env, "AWS_ACCESS_KEY_ID") ?? "",
    secretAccessKey: text(env, "AWS_SECRET_ACCESS_KEY") ?? "",
    sessionToken: text(env, "AWS_SESSION_TOKEN"),
  };
}

function checkCredentials(credentials: AwsCredentials): AwsCredentials {
  const { accessKeyId, secretAccessKey } = credentials ?? {};
  if (
    typeof accessKeyId !== "string" ||
    !accessKeyId ||
    typeof secretAccessKey !== "string" ||
    !secretAccessKey
  ) {
    invalid(
      "sigv4 credentials",
      credentials,
      "an object with accessKeyId and secretAccessKey, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set",
    );
  }
  return credentials;
}
