import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { courses, search, users } from "./catalogue.ts";
import { logins, pushmeter, searchResults } from "./metrics.ts";

export const app = new Hono();

// `instrumentLambda` measures already; the middleware adds the route that Hono matched. Nothing counts twice.
app.use(pushmeterMiddleware(pushmeter));

app.get("/courses", (c) => c.json(courses));

app.get("/courses/search", (c) => {
  const words = c.req.query("q")?.trim();
  if (!words) return c.json({ error: "q: the words to search for" }, 400);
  const found = search(words);
  searchResults.record(found.length);
  return c.json(found);
});

app.get("/courses/:id", (c) => c.json(courseOf(c.req.param("id"))));

app.get("/courses/:id/certificate", (c) => {
  const { title, certificate } = courseOf(c.req.param("id"));
  // One course has none: the error is counted as outcome="exception".
  if (!certificate) throw new RangeError(`no certificate for ${title}`);
  if (certificate === "in print") return c.json({ error: "the certificate is being printed" }, 503);
  return c.json({ certificate: `${title}, passed` });
});

app.post("/login", async (c) => {
  const { email, password } = await c.req.json<{ email: string; password: string }>();
  const result = users.get(email) === password ? "success" : "failure";
  logins.add(1, { result });
  return result === "success" ? c.json({ email }) : c.json({ error: "who are you?" }, 401);
});

app.notFound((c) => c.json({ error: "not found" }, 404));

app.onError((error, c) => {
  if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
  return c.json({ error: "internal error" }, 500);
});

function courseOf(id: string) {
  const course = courses.find((course) => `${course.id}` === id);
  if (!course) throw new HTTPException(404, { message: "there is no such course" });
  return course;
}
