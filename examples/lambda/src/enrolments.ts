import { courses } from "./catalogue.ts";

/** A message of the queue, as SQS delivers it. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}

const enrolments = new Set<string>();

/** Stores the valid messages and names the others in a partial batch response: SQS delivers them again. */
export function storeEnrolments(records: readonly QueueRecord[]) {
  const failed = records.filter(({ body }) => !store(body));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function store(body: string): boolean {
  const { course, email } = JSON.parse(body) as { course: number; email: string };
  if (!courses.some(({ id }) => id === course)) return false;
  enrolments.add(`${course} ${email}`);
  return true;
}
