/**
 * The Telemetry API: sends an extension what the platform knows of inits and invocations.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html
 */
import type { ServerResponse } from "node:http";
import { answer } from "./answer.ts";

interface Subscription {
  readonly uri: string;
  readonly types: readonly string[];
}

export class Telemetry {
  readonly #subscriptions: Subscription[] = [];
  /** One batch after another, as the service sends them. */
  #sent: Promise<unknown> = Promise.resolve();

  /** `PUT /2022-07-01/telemetry` */
  subscribe(body: string, response: ServerResponse): void {
    try {
      const { types, destination } = JSON.parse(body) as {
        types: string[];
        destination: { protocol: string; URI: string };
      };
      const uri = new URL(destination.URI);
      if (destination.protocol !== "HTTP" || !/^sandbox(\.localdomain)?$/.test(uri.hostname)) throw uri;
      uri.hostname = "127.0.0.1";
      this.#subscriptions.push({ uri: uri.href, types });
      answer(response, 200, "OK");
    } catch {
      answer(response, 400, { errorType: "ValidationError", errorMessage: "The body is no subscription" });
    }
  }

  /** @param type - such as `platform.report`. */
  send(type: string, record: object): void {
    const batch = JSON.stringify([{ time: new Date().toISOString(), type, record }]);
    for (const { uri, types } of this.#subscriptions) {
      if (!types.includes(type.split(".")[0] ?? "")) continue;
      this.#sent = this.#sent
        .then(() => fetch(uri, { method: "POST", body: batch, signal: AbortSignal.timeout(1_000) }))
        .catch(() => {});
    }
  }

  /** When everything is sent. */
  get sent(): Promise<unknown> {
    return this.#sent;
  }
}
