/** A Hono app with routes for every way a request can end. */
import { Hono, type MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";

export class Broken extends Error {}

export function createApp(middleware: MiddlewareHandler | undefined): Hono {
  const app = new Hono();
  if (middleware) app.use(middleware);
  app.get("/courses/:id", (c) => c.json({ id: c.req.param("id") }));
  app.post("/courses", (c) => c.text("created", 201));
  app.get("/search", (c) => c.text("found", 200, { "x-results": "3" }));
  app.get("/moved", (c) => c.redirect("/search"));
  app.get("/teapot", (c) => c.text("short and stout", 418));
  app.get("/lost/:id", (c) => c.notFound());
  app.get("/busy", (c) => c.text("later", 503));
  app.get("/forbidden", () => {
    throw new HTTPException(403, { message: "no" });
  });
  app.get("/throws/error", () => {
    throw new TypeError("from the handler");
  });
  app.get("/throws/class", async () => {
    throw new Broken("from the handler");
  });
  app.get("/throws/text", () => {
    throw "only a text";
  });
  const users = new Hono();
  users.get("/:name/courses", (c) => c.text(c.req.param("name")));
  app.route("/api/users", users);
  // Hono would print every error.
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text("failed", 500)));
  return app;
}
