import { setTimeout as sleep } from "node:timers/promises";
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { type Order, pushmeter, work } from "./work.ts";

export const handler = instrumentLambda(pushmeter, work, {
  every: Number(process.env.EVERY) || undefined,
});

/** A wrapper around the handler that answers some events itself. */
export const guarded = async (event: Order & { warm?: boolean }, context: unknown) =>
  event.warm ? "warm" : handler(event, context);

type Stream = { write(chunk: string): void; end(): void };

/** As `awslambda.streamifyResponse` marks a handler. */
const stream = Object.assign(
  async ({ wait = 0 }: Order, out: Stream, _context: unknown) => {
    out.write("one ");
    await sleep(wait);
    out.write("two");
    out.end();
  },
  { [Symbol.for("aws.lambda.runtime.handler.streaming")]: "response" },
);
export const streaming = instrumentLambda(pushmeter, stream);
