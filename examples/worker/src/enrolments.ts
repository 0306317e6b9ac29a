/** A message of the queue. */
export interface Enrolment {
  readonly course: number;
  readonly email: string;
}

/** Run by the queue, which may deliver a message twice: an existing enrolment stays as it is. */
export async function storeEnrolments(
  db: D1Database,
  messages: readonly { readonly body: Enrolment }[],
): Promise<void> {
  const insert = db.prepare("INSERT OR IGNORE INTO enrolments (course, email) VALUES (?, ?)");
  await db.batch(messages.map(({ body }) => insert.bind(body.course, body.email)));
}
