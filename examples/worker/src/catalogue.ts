import { WorkerEntrypoint } from "cloudflare:workers";
import { instrumentEntrypoint } from "@pushmeter/adapters/workers";
import { pushmeter } from "./metrics.ts";

/** What other Workers call by RPC. */
class Catalogue extends WorkerEntrypoint<Env> {
  /** The course's title, null if there is no such course. */
  title(id: number): Promise<string | null> {
    return this.env.DB.prepare("SELECT title FROM courses WHERE id = ?").bind(id).first<string>("title");
  }
}

/** In Prometheus `rpc_server_call_duration_seconds{rpc_method="Catalogue/title"}`. */
export const MeasuredCatalogue = instrumentEntrypoint(pushmeter, Catalogue);
