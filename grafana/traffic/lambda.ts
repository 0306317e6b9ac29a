/** One environment of the catalogue's Lambda: a queue of payments in batches, some of which fail, and a schedule. */
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { createPushmeter } from "@pushmeter/sdk";
import type { ServiceOptions } from "./service.ts";

export const PAYMENTS = "payments";
const SCHEDULE = "nightly";

export interface Lambda {
  /** A batch of payments, or the schedule's event. Resolves with the push, for which the environment stays awake. */
  readonly batch: () => Promise<void>;
  readonly schedule: () => Promise<void>;
  /** The environment ends, and pushes what is left, as it does on SIGTERM. */
  readonly end: () => Promise<void>;
}

type LambdaOptions = Pick<
  ServiceOptions,
  "service" | "push" | "runtime" | "random" | "work" | "truth" | "onError"
> & {
  /** Lets the push run that comes after the handler's end. */
  readonly settled: (invocation: Promise<unknown>) => Promise<void>;
};

interface Event {
  readonly Records?: readonly { readonly messageId: string; readonly fails: boolean }[];
}

/** A payment fails so often; an empty till fails a whole batch. */
const FAILS = 0.06;

export function createLambda(options: LambdaOptions): Lambda {
  const { service, push, runtime, random, work, truth, onError, settled } = options;
  const pushmeter = createPushmeter({ service, push, onError }, runtime);
  let ended = Promise.withResolvers<void>();
  let batches = 0;

  const handle = async ({ Records = [] }: Event) => {
    try {
      await work(40 + random() * random() * 900);
      // Counted, not drawn: however short a history is, it has a failure to show.
      if (Records.length && batches++ % 12 === 4) throw new RangeError("the till is empty");
      const failed = Records.filter(({ fails }) => fails);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    } finally {
      ended.resolve();
    }
  };
  const init = 180 + random() * random() * 1_400;
  const handler = started(init, () => instrumentLambda(pushmeter, handle));

  const invoke = async (event: Event) => {
    ended = Promise.withResolvers();
    const invocation = Promise.resolve(handler(event)).then(
      () => true,
      () => false,
    );
    await ended.promise;
    await settled(invocation);
    return invocation;
  };

  return {
    async batch() {
      const eventSourceARN = `arn:aws:sqs:eu-central-1:123456789012:${PAYMENTS}`;
      const Records = Array.from({ length: 1 + Math.floor(random() * 10) }, (_, i) => ({
        messageId: `${i}`,
        eventSource: "aws:sqs",
        eventSourceARN,
        fails: random() < FAILS,
      }));
      const isDone = await invoke({ Records });
      const failed = isDone ? Records.filter(({ fails }) => fails).length : Records.length;
      truth.count("records", { outcome: "success" }, Records.length - failed);
      truth.count("records", { outcome: "exception" }, failed);
      truth.count("batches");
    },
    async schedule() {
      const resources = [`arn:aws:events:eu-central-1:123456789012:rule/${SCHEDULE}`];
      const event = { source: "aws.events", "detail-type": "Scheduled Event", resources, detail: {} };
      await invoke(event as Event);
    },
    end: () => settled(pushmeter.flush()),
  };
}

/** Loads a function as an environment does whose process began `init` ms ago. */
function started<T>(init: number, load: () => T): T {
  const clock = performance as { now?: () => number };
  clock.now = () => init;
  process.env.AWS_LAMBDA_FUNCTION_NAME = PAYMENTS;
  try {
    return load();
  } finally {
    delete clock.now;
    delete process.env.AWS_LAMBDA_FUNCTION_NAME;
  }
}
