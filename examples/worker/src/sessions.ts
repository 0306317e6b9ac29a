export const SESSION_SECONDS = 3600;

/** Returns the new session's token. */
export async function createSession(db: D1Database, email: string): Promise<string> {
  const token = crypto.randomUUID();
  await db
    .prepare("INSERT INTO sessions (token, email, expires_at) VALUES (?, ?, unixepoch() + ?)")
    .bind(token, email, SESSION_SECONDS)
    .run();
  return token;
}

/** Run by the cron. */
export async function deleteExpiredSessions(db: D1Database): Promise<void> {
  await db.prepare("DELETE FROM sessions WHERE expires_at <= unixepoch()").run();
}
