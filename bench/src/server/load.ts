/** As many batches as servers take, from so many callers at once, each waiting for its answer before the next. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

const CALLERS = 64;
export const SERIES = 20;

interface Load {
  readonly urls: readonly string[];
  readonly token: string;
  readonly body: Uint8Array;
}

export class Caller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  readonly #load: Load;
  #round = 0;

  constructor(load: Load) {
    this.#load = load;
  }

  /** Batches that were stored in a second. */
  async rate(seconds: number): Promise<number> {
    const round = ++this.#round;
    const began = performance.now();
    const end = began + seconds * 1000;
    let stored = 0;
    const caller = async (_: unknown, caller: number) => {
      for (let seq = 1; performance.now() < end; seq++) {
        await this.#send(`${round}-${caller}/${seq}`, (caller + seq) % this.#load.urls.length);
        stored++;
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    return stored / ((performance.now() - began) / 1000);
  }

  stop(): void {
    this.#agent.destroy();
  }

  async #send(key: string, server: number): Promise<void> {
    const { urls, token, body } = this.#load;
    const sent = request(`${urls[server]}/v1/metrics`, {
      agent: this.#agent,
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/x-protobuf",
        "content-length": body.length,
        "idempotency-key": `"${key}"`,
      },
    });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    if (response.statusCode !== 200) throw new Error(`${urls[server]} answered ${response.statusCode}`);
  }
}
