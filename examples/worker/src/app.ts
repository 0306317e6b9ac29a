import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { courses } from "./courses.ts";
import { login } from "./login.ts";
import { pushmeter } from "./metrics.ts";

export const app = new Hono<{ Bindings: Env }>();

// `instrumentWorker` measures already; the middleware adds the route that Hono matched. Nothing counts twice.
app.use(pushmeterMiddleware(pushmeter));

app.route("/courses", courses);
app.route("/login", login);

app.notFound((c) => c.json({ error: "not found" }, 404));

app.onError((error, c) => {
  if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
  // pushmeter has counted it, as outcome="exception" with the error's class. Log it here if you keep logs.
  return c.json({ error: "internal error" }, 500);
});
