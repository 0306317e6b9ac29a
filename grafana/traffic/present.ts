/** Traffic in the present, for the wires that Prometheus scrapes: a Pushgateway, and a service's own page. */
import { createServer } from "node:http";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { createLambda, type Lambda } from "./lambda.ts";
import { createService, type Service, type ServiceOptions } from "./service.ts";
import { Truth } from "./truth.ts";
import { visit } from "./visits.ts";

/** A handler's work is this much shorter than it says. */
const HASTE = 20;
const PAUSE = 20;
/** So many that every kind of visit is among them, also on a machine that is busy. */
const LEAST_VISITS = 300;

export interface PresentOptions {
  readonly random: () => number;
  readonly seconds: number;
}

/** Short-lived instances that push to a Pushgateway every second. */
export async function pushToGateway(url: string, options: PresentOptions): Promise<Truth> {
  const truth = new Truth();
  const services = [0, 1].map(() =>
    createService({
      ...common("courses-pushgateway", truth, options),
      push: pushgateway({ url }),
      flush: { every: 1000 },
      conflict: true,
    }),
  );
  const lambda = createLambda({
    ...common("courses-pushgateway", truth, options),
    push: pushgateway({ url }),
    settled: async (invocation) => void (await invocation),
  });
  await play(services, options, lambda);
  await Promise.all(services.map(({ pushmeter }) => pushmeter.shutdown()));
  return truth;
}

export interface Scraped {
  /** `host:port` with `/metrics`. */
  readonly host: string;
  play(): Promise<void>;
  readonly truth: Truth;
  stop(): void;
}

/** One long-lived process that answers scrapes. */
export async function serveMetrics(options: PresentOptions): Promise<Scraped> {
  const truth = new Truth();
  const service = createService({ ...common("courses-scraped", truth, options), push: undefined });
  const server = createServer(async (_request, response) => {
    const page = await service.pushmeter.scrape();
    response.setHeader("content-type", page.headers.get("content-type") ?? "");
    response.end(await page.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    host: `127.0.0.1:${port}`,
    play: () => play([service], options),
    truth,
    stop: () => void server.close(),
  };
}

function common(service: string, truth: Truth, { random }: PresentOptions): Omit<ServiceOptions, "push"> {
  return {
    service,
    random,
    work: (ms) => sleep(ms / HASTE),
    truth,
    users: () => 42,
    onError: () => truth.count("errors"),
  };
}

async function play(
  services: readonly Service[],
  { random, seconds }: PresentOptions,
  lambda?: Lambda,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let visits = 0; visits < LEAST_VISITS || Date.now() < end; visits++) {
    const service = services[visits % services.length] as Service;
    await visit(service, random);
    if (visits % 20 === 0) await service.cron();
    if (visits % 15 === 0) await lambda?.batch();
    await sleep(PAUSE);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
