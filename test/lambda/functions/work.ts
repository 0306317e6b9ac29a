/** The probes' work: the event says how they end. */
import { setTimeout as sleep } from "node:timers/promises";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

export interface Order {
  /** ms before the end. */
  readonly wait?: number;
  /** The message of what is thrown. */
  readonly error?: string;
}

export const pushmeter = createPushmeter({
  service: "probe",
  push: (env) => remoteWrite({ url: env.REMOTE_WRITE_URL ?? "" }),
});

export async function work({ wait = 0, error }: Order): Promise<string> {
  await sleep(wait);
  if (error) throw new RangeError(error);
  return "done";
}
