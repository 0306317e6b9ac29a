/** The demo's receiver: `pushmeter dev` in another process, on a free port. */
import { join } from "node:path";
import type { Sample } from "@pushmeter/testkit/demo/samples";
import { Process } from "@pushmeter/testkit/servers/process";
import { queried } from "./queried.ts";

const COMMAND = join(import.meta.dirname, "../../../packages/cli/bin/pushmeter.js");

export class DevServer {
  /** The live page, and the Pushgateway's URL. */
  readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  /** @param resources - gets the process, to end it. */
  static async start(resources: AsyncDisposableStack): Promise<DevServer> {
    const child = await Process.start({
      file: process.execPath,
      args: ([port]) => [COMMAND, "dev", "--port", `${port}`],
    });
    resources.adopt(child, () => child.stop());
    return new DevServer(child.url);
  }

  /** The remote-write endpoint. */
  get writeUrl(): string {
    return `${this.url}/api/v1/write`;
  }

  /** The last value of each series. */
  received(): Promise<Sample[]> {
    return queried(this.url, '{job="courses"}');
  }
}
