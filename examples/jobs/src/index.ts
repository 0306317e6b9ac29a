/**
 * Takes messages from standard input, one JSON object in a line, as a broker's client would hand them over, and cleans up
 * every ten seconds. Ends with its input or with SIGTERM, and pushes what is left.
 */
import { createInterface } from "node:readline";
import { cleanUp, type Message, take } from "./enrolments.ts";
import { pushmeter } from "./metrics.ts";

const lines = createInterface({ input: process.stdin });
process.once("SIGTERM", () => lines.close());
const timer = setInterval(cleanUp, 10_000);

for await (const line of lines) {
  const message: Message = JSON.parse(line);
  // The error is counted. A broker would deliver the message again.
  await take(message).catch((error: unknown) => console.error(`${message.subject}: ${error}`));
}
clearInterval(timer);
cleanUp();
await pushmeter.shutdown();
