import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { validator } from "hono/validator";
import { logins } from "./metrics.ts";
import { isPassword } from "./passwords.ts";
import { createSession, SESSION_SECONDS } from "./sessions.ts";

export const login = new Hono<{ Bindings: Env }>();

const loginInput = validator("json", (body, c) => {
  const { email, password } = { ...body };
  if (typeof email !== "string" || typeof password !== "string") {
    return c.json({ error: "email, password: strings" }, 400);
  }
  return { email, password };
});

login.post("/", loginInput, async (c) => {
  const { email, password } = c.req.valid("json");
  const user = await c.env.DB.prepare("SELECT name, password FROM users WHERE email = ?")
    .bind(email)
    .first<{ name: string; password: string }>();
  if (!(await isPassword(password, user?.password)) || !user) {
    logins.add(1, { result: "failure" });
    return c.json({ error: "wrong email or password" }, 401);
  }
  logins.add(1, { result: "success" });
  const token = await createSession(c.env.DB, email);
  setCookie(c, "session", token, { httpOnly: true, secure: true, sameSite: "Lax", maxAge: SESSION_SECONDS });
  return c.json({ name: user.name });
});
