import { instrumentWorker } from "@pushmeter/adapters/workers";
import { app } from "./app.ts";
import { MeasuredCatalogue } from "./catalogue.ts";
import { type Enrolment, storeEnrolments } from "./enrolments.ts";
import { pushmeter } from "./metrics.ts";
import { MeasuredSeats } from "./seats.ts";
import { deleteExpiredSessions } from "./sessions.ts";

const worker: ExportedHandler<Env, Enrolment> = {
  fetch: app.fetch,
  scheduled: (_event, env) => deleteExpiredSessions(env.DB),
  queue: (batch, env) => storeEnrolments(env.DB, batch.messages),
};

export default instrumentWorker(pushmeter, worker);

// Under the names that wrangler.jsonc and other Workers use.
export { MeasuredCatalogue as Catalogue, MeasuredSeats as Seats };
