/** The catalogue's tail Worker: the platform tells it of every request, also of those that it ended itself. */
import { tailMeter } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import type { ServiceOptions } from "./service.ts";

type TailOptions = Pick<ServiceOptions, "service" | "push" | "runtime" | "random" | "truth" | "onError"> &
  Required<Pick<ServiceOptions, "waitUntil">>;

/** How the platform ends so many of a thousand requests. */
const ENDED: readonly (readonly [outcome: string, upTo: number])[] = [
  ["exceededCpu", 8],
  ["canceled", 20],
  ["responseStreamDisconnected", 28],
  ["exceededMemory", 31],
];

/** @returns tells it of one more request. */
export function createTail(options: TailOptions): () => void {
  const { service, push, runtime, random, truth, onError, waitUntil } = options;
  const meter = tailMeter(createPushmeter({ service, push, onError }, runtime));
  let requests = 0;
  return () => {
    // Counted, not drawn: however short a history is, it has one of each.
    const place = (requests++ * 7) % 1_000;
    const outcome = ENDED.find(([, upTo]) => place < upTo)?.[0] ?? "ok";
    const cpuTime = outcome === "exceededCpu" ? 50 : 1 + random() * random() * 20;
    const response = outcome === "ok" ? { status: 200 } : undefined;
    const event = { request: {}, ...(response && { response }) };
    meter.tail([{ outcome, cpuTime, wallTime: cpuTime * 12, event }], {}, { waitUntil });
    truth.count("platform", { outcome: outcome === "ok" ? "success" : outcome });
  };
}
