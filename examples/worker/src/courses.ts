import { instrumentEnv } from "@pushmeter/adapters/workers";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { validator } from "hono/validator";
import { certificateOf } from "./certificates.ts";
import { pushmeter, searchResults } from "./metrics.ts";

interface Course {
  readonly id: number;
  readonly title: string;
  readonly teacher: string;
  readonly certificate: string | null;
}

export const courses = new Hono<{ Bindings: Env }>();

courses.get("/", async (c) => {
  const { results } = await c.env.DB.prepare("SELECT id, title, teacher FROM courses ORDER BY id").all();
  return c.json(results);
});

courses.get("/search", async (c) => {
  const words = c.req.query("q")?.trim();
  if (!words) return c.json({ error: "q: the words to search for" }, 400);
  const { results } = await c.env.DB.prepare(
    "SELECT id, title, teacher FROM courses WHERE instr(lower(title || ' ' || teacher), lower(?)) ORDER BY id",
  )
    .bind(words)
    .all();
  searchResults.record(results.length);
  return c.json(results);
});

const courseInput = validator("json", (body, c) => {
  const { title, teacher } = { ...body };
  if (!isText(title) || !isText(teacher)) {
    return c.json({ error: "title, teacher: each 1 to 200 characters" }, 400);
  }
  return { title, teacher };
});

courses.post("/", courseInput, async (c) => {
  const { title, teacher } = c.req.valid("json");
  const course = await c.env.DB.prepare(
    "INSERT INTO courses (title, teacher) VALUES (?, ?) RETURNING id, title, teacher",
  )
    .bind(title, teacher)
    .first();
  return c.json(course, 201);
});

courses.get("/:id", async (c) => {
  const { id, title, teacher } = await findCourse(c.env.DB, c.req.param("id"));
  return c.json({ id, title, teacher });
});

courses.get("/:id/certificate", async (c) => {
  const { title, certificate } = await findCourse(c.env.DB, c.req.param("id"));
  if (certificate === "in print") {
    return c.json({ error: "the certificate is being printed" }, 503, { "retry-after": "3600" });
  }
  return c.json({ certificate: certificateOf(title, certificate) });
});

const enrolmentInput = validator("json", (body, c) => {
  const { email } = { ...body };
  if (!isText(email) || !email.includes("@")) return c.json({ error: "email: an address" }, 400);
  return { email };
});

courses.post("/:id/enrol", enrolmentInput, async (c) => {
  const { id } = await findCourse(c.env.DB, c.req.param("id"));
  await c.env.ENROLMENTS.send({ course: id, email: c.req.valid("json").email });
  return c.json({ status: "accepted" }, 202);
});

courses.post("/:id/seats", enrolmentInput, async (c) => {
  const { id } = await findCourse(c.env.DB, c.req.param("id"));
  const { SEATS } = instrumentEnv(pushmeter, c.env);
  const held = await SEATS.getByName(`${id}`).hold(c.req.valid("json").email);
  return c.json({ held }, 201);
});

async function findCourse(db: D1Database, id: string): Promise<Course> {
  const course = await db.prepare("SELECT * FROM courses WHERE id = ?").bind(id).first<Course>();
  if (!course) throw new HTTPException(404, { message: "there is no such course" });
  return course;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= 200;
}
