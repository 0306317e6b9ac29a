import { instrumentEnv, instrumentWorker } from "@pushmeter/adapters/workers";
import { app } from "./app.ts";
import { MeasuredCatalogue } from "./catalogue.ts";
import { type Enrolment, storeEnrolments } from "./enrolments.ts";
import { pushmeter } from "./metrics.ts";
import { MeasuredSeats } from "./seats.ts";
import { deleteExpiredSessions } from "./sessions.ts";

const worker: ExportedHandler<Env, Enrolment> = {
  // In Prometheus `db_client_operation_duration_seconds` and the like: how long each operation of a binding takes.
  fetch: (request, env, ctx) => app.fetch(request, instrumentEnv(pushmeter, env), ctx),
  scheduled: (_event, env) => deleteExpiredSessions(env.DB),
  queue: (batch, env) => storeEnrolments(env.DB, batch.messages),
};

export default instrumentWorker(pushmeter, worker);

// Under the names that wrangler.jsonc and other Workers use.
export { MeasuredCatalogue as Catalogue, MeasuredSeats as Seats };
