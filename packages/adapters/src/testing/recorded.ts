/** For the adapters' tests: a pushmeter that pushes to a receiver, and what the receiver has stored. */
import { createPushmeter, type Pushmeter, type PushmeterOptions } from "@pushmeter/sdk";
import { type Runtime, systemRuntime } from "@pushmeter/sdk/adapter";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";

/** Pushes in Cloudflare's vitest integration as it does in production. */
const RUNTIME: Runtime = { ...systemRuntime, isTest: () => false };

export class Recorded {
  readonly receiver = new Receiver();
  readonly errors: unknown[] = [];
  readonly pushmeter: Pushmeter;

  constructor(options: PushmeterOptions = {}, runtime = RUNTIME) {
    const required = {
      service: "courses",
      push: remoteWrite({ url: "http://receiver/api/v1/write", fetch: this.receiver.fetch }),
      onError: (error: unknown) => this.errors.push(error),
    };
    this.pushmeter = createPushmeter({ ...required, ...options }, runtime);
  }

  /** Pushes, and returns each HTTP series as `METHOD route status outcome error_type = count`. */
  async http(): Promise<string[]> {
    await this.pushmeter.flush();
    return this.receiver
      .series("http_server_request_duration_seconds_count")
      .map(({ labels, samples }) => {
        const {
          http_request_method: method,
          http_route: route = "-",
          http_response_status_code: status,
        } = labels;
        const error = labels.error_type ? ` ${labels.error_type}` : "";
        return `${method} ${route} ${status} ${labels.outcome}${error} = ${samples.at(-1)?.value}`;
      })
      .sort();
  }

  /** Pushes, and returns the labels of a metric's series without `job` and `instance`, and its last values. */
  async series(name: string): Promise<[Record<string, string>, number | undefined][]> {
    await this.pushmeter.flush();
    return this.receiver.series(name).map(({ labels: { job: _, instance: __, ...labels }, samples }) => {
      return [labels, samples.at(-1)?.value];
    });
  }
}

/** A platform's execution context that keeps the promises it was given. */
export class WaitUntil {
  readonly promises: Promise<unknown>[] = [];

  waitUntil(promise: Promise<unknown>): void {
    if (!(this instanceof WaitUntil)) throw new TypeError("Illegal invocation");
    this.promises.push(promise);
  }
}
