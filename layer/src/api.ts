/**
 * The Extensions API and the Telemetry API, as an external extension uses them. Over node:http: the answer to
 * `event/next` comes when the environment ends, and fetch would not wait so long.
 */
import { request } from "node:http";

const NAME = "pushmeter-platform";

export interface ShutdownEvent {
  readonly eventType: string;
  readonly deadlineMs: number;
}

export class Api {
  readonly #host: string | undefined;
  readonly #port: string | undefined;
  #id = "";

  /** @param address - `AWS_LAMBDA_RUNTIME_API`. */
  constructor(address: string) {
    [this.#host, this.#port] = address.split(":");
  }

  async register(): Promise<void> {
    const headers = { "lambda-extension-name": NAME };
    const { id } = await this.#send("POST", "/2020-01-01/extension/register", headers, {
      events: ["SHUTDOWN"],
    });
    this.#id = id;
  }

  /** Has telemetry sent to a port of this process. */
  async subscribe(port: number): Promise<void> {
    await this.#send("PUT", "/2022-07-01/telemetry", this.#headers, {
      schemaVersion: "2022-12-13",
      types: ["platform"],
      destination: { protocol: "HTTP", URI: `http://sandbox.localdomain:${port}` },
      buffering: { maxItems: 1000, maxBytes: 262_144, timeoutMs: 100 },
    });
  }

  /** Waits until the environment ends. */
  async ended(): Promise<ShutdownEvent> {
    const { body } = await this.#send("GET", "/2020-01-01/extension/event/next", this.#headers);
    return JSON.parse(body);
  }

  get #headers() {
    return { "lambda-extension-identifier": this.#id };
  }

  #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<{ readonly id: string; readonly body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ id: string; body: string }>();
    const options = { host: this.#host, port: this.#port, method, path, headers };
    const call = request(options, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      if (response.statusCode === 200) {
        resolve({ id: `${response.headers["lambda-extension-identifier"]}`, body: text });
      } else reject(new Error(`${method} ${path} was answered with ${response.statusCode}: ${text}`));
    });
    call.on("error", reject);
    call.end(body && JSON.stringify(body));
    return promise;
  }
}
