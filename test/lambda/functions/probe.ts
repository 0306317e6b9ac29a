/** A function that does what its event says, so that each test can ask for its own kind of end. */
import { setTimeout as sleep } from "node:timers/promises";
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

export interface Order {
  readonly wait?: number;
  readonly error?: string;
  readonly result?: unknown;
}

async function work(event: Order): Promise<unknown> {
  if (event?.wait) await sleep(event.wait);
  if (event?.error) throw new RangeError(event.error);
  return event?.result ?? { statusCode: 200 };
}

const pushmeter = createPushmeter({
  service: "probe",
  push: (env) => remoteWrite({ url: env.REMOTE_WRITE_URL ?? "" }),
});

const every = Number(process.env.EVERY) || undefined;

export const handler = instrumentLambda(pushmeter, work, { every });

/** The same without a wrapper. */
export const bare = work;
