import { DurableObject } from "cloudflare:workers";
import { instrumentDurableObject } from "@pushmeter/adapters/workers";
import { pushmeter } from "./metrics.ts";

/** How long a seat is held for somebody who has not enrolled yet, ms. */
const HELD = 10 * 60_000;

/** The seats of one course that are held. */
class Seats extends DurableObject<Env> {
  /** Holds a seat; returns how many are held. */
  async hold(email: string): Promise<number> {
    await this.ctx.storage.put(email, Date.now() + HELD);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + HELD);
    return (await this.ctx.storage.list()).size;
  }

  /** Frees the seats that have been held long enough. */
  override async alarm(): Promise<void> {
    const held = [...(await this.ctx.storage.list<number>())];
    const next = held.filter(([, until]) => until > Date.now()).map(([, until]) => until);
    if (next.length) await this.ctx.storage.setAlarm(Math.min(...next));
    await this.ctx.storage.delete(held.filter(([, until]) => until <= Date.now()).map(([email]) => email));
  }
}

/** In Prometheus `rpc_server_call_duration_seconds{rpc_method="Seats/hold"}`, and its alarms. */
export const MeasuredSeats = instrumentDurableObject(pushmeter, Seats);
