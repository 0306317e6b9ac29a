/**
 * Takes messages from NATS with a measured handler and answers each, until SIGTERM. Arguments: NATS's address, the
 * remote-write URL.
 */
import { connect, type Msg } from "@nats-io/transport-node";
import { measure } from "@pushmeter/adapters/measure";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

const [servers = "", url = ""] = process.argv.slice(2);
const pushmeter = createPushmeter({
  service: "enrolments",
  push: remoteWrite({ url }),
  flush: { every: 1000 },
});

const handle = measure(
  pushmeter,
  "enrol",
  async (message: Msg): Promise<string> => {
    if (message.string() === "full") throw new RangeError("the course is full");
    return "enrolled";
  },
  { trigger: "pubsub", attributes: ({ subject }) => ({ "messaging.destination.name": subject }) },
);

const connection = await connect({ servers });
const subscription = connection.subscribe("courses.*", { queue: "enrolments" });
process.once("SIGTERM", () => void subscription.drain());
await connection.flush();
process.stdout.write("ready\n");
for await (const message of subscription) {
  const answer = await handle(message).catch((error: unknown) => String(error));
  message.respond(answer);
}
await connection.drain();
await pushmeter.shutdown();
