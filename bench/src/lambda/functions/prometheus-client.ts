/** As @prometheus-io/client documents it for a Pushgateway. */
import { Histogram, Pushgateway, Registry } from "@prometheus-io/client";
import { type Order, work } from "./work.ts";

const registry = new Registry();
const duration = new Histogram({
  name: "faas_invoke_duration_seconds",
  help: "Duration of invocations.",
  labelNames: ["outcome"] as const,
  registers: [registry],
});
// Without it all environments share one group, and each push deletes the others' metrics.
const groupings = { instance: crypto.randomUUID() };
const gateway = new Pushgateway(process.env.RECEIVER ?? "", {}, registry);

export async function handler(event: Order): Promise<string> {
  const end = duration.startTimer();
  let outcome = "success";
  try {
    return await work(event);
  } catch (error) {
    outcome = "exception";
    throw error;
  } finally {
    end({ outcome });
    await gateway.pushAdd({ jobName: "bench", groupings });
  }
}
