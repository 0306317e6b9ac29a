/**
 * The Lambda Extensions API, as far as an internal extension may use it:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
import type { Agent, IncomingMessage } from "node:http";

const VERSION = "2020-01-01";
const ID_HEADER = "lambda-extension-identifier";

/** Only INVOKE: the service refuses SHUTDOWN to an extension that lives in the runtime's process. */
export const REGISTRATION = {
  path: `/${VERSION}/extension/register`,
  headers: { "lambda-extension-name": "pushmeter", "content-type": "application/json" },
  body: JSON.stringify({ events: ["INVOKE"] }),
  idHeader: ID_HEADER,
};

/** Not imported: that takes tens of milliseconds of a cold start, though Lambda's own runtime has loaded it. */
const http = () => process.getBuiltinModule("node:http");

export class ExtensionsApi {
  readonly #host: string | undefined;
  readonly #port: string | undefined;
  // `event/next` may be answered after hours, when the environment thaws. fetch has a time-out; this has none.
  readonly #agent: Agent;

  /** @param address - `AWS_LAMBDA_RUNTIME_API`, host and port. */
  constructor(address: string) {
    [this.#host, this.#port] = address.split(":");
    this.#agent = new (http().Agent)({ keepAlive: true, timeout: 0 });
  }

  /** @returns the extension's identifier. @throws Error if the service refuses. */
  async register(): Promise<string> {
    const { path, headers, body } = REGISTRATION;
    const { headers: answered } = await this.#send("POST", path, headers, body);
    const id = answered[ID_HEADER];
    if (typeof id !== "string") throw new Error("the Extensions API answered without an identifier");
    return id;
  }

  /** Says that the extension has finished, and waits for the next invocation. @returns its request id. */
  async next(id: string): Promise<string> {
    const { body } = await this.#send("GET", `/${VERSION}/extension/event/next`, { [ID_HEADER]: id });
    return String((JSON.parse(body) as { requestId?: unknown }).requestId);
  }

  #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<{ headers: IncomingMessage["headers"]; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{
      headers: IncomingMessage["headers"];
      body: string;
    }>();
    const options = { host: this.#host, port: this.#port, agent: this.#agent, method, path, headers };
    const call = http().request(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve({ headers: response.headers, body: text });
        else reject(new Error(`the Extensions API answered ${response.statusCode}: ${text.slice(0, 1024)}`));
      });
    });
    call.on("error", reject);
    call.end(body);
    return promise;
  }
}
