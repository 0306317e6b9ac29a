/** Requests over connections that stay open, to several workers in turn. */
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { shuffled } from "@pushmeter/testkit/random";

export interface LoadOptions<Name extends string> {
  readonly urls: Readonly<Record<Name, URL>>;
  /** To each worker. */
  readonly requests: number;
  readonly concurrency: number;
  readonly random: () => number;
  readonly onRequest: (done: number) => void;
}

/** By worker, milliseconds from the request's start to the last byte of its response. */
export async function load<Name extends string>(options: LoadOptions<Name>): Promise<Map<Name, number[]>> {
  const { urls, requests, concurrency, random, onRequest } = options;
  const names = Object.keys(urls) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  const agent = new Agent({ keepAlive: true });
  let turns = 0;
  const caller = async () => {
    while (turns < requests) {
      turns++;
      for (const name of shuffled(names, random)) {
        times.get(name)?.push(await timed(urls[name], agent));
      }
      onRequest(turns);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, caller));
  } finally {
    agent.destroy();
  }
  return times;
}

async function timed(url: URL, agent: Agent): Promise<number> {
  const started = performance.now();
  const [response] = (await once(get(url, { agent }), "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return performance.now() - started;
}
