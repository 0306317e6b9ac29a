/** What comes as messages, and what is done now and then. */
import { measure } from "@pushmeter/adapters/measure";
import { pushmeter } from "./metrics.ts";

export interface Message {
  /** `courses.enrolled` or `courses.left`. */
  readonly subject: string;
  readonly course: number;
  readonly user: string;
}

/** Users by course. A real service has a database. */
const enrolled = new Map<number, Set<string>>();

/** Subjects that become labels; what else is sent counts together. */
const SUBJECTS = ["courses.enrolled", "courses.left"];

/** Takes one message. */
export const take = measure(
  pushmeter,
  "take",
  async ({ subject, course, user }: Message) => {
    const users = enrolled.get(course) ?? new Set();
    if (subject === "courses.enrolled") enrolled.set(course, users.add(user));
    else if (!users.delete(user)) throw new RangeError(`not enrolled in course ${course}`);
  },
  {
    trigger: "pubsub",
    attributes: ({ subject }) => ({
      "messaging.destination.name": SUBJECTS.includes(subject) ? subject : "other",
    }),
  },
);

/** Forgets courses without users. */
export const cleanUp = measure(
  pushmeter,
  "clean-up",
  () => {
    for (const [course, users] of enrolled) if (!users.size) enrolled.delete(course);
  },
  { trigger: "timer" },
);
