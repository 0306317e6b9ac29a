/**
 * How many batches a queue's consumer handles while its receiver is healthy, slow, refuses connections or never
 * answers, beside the same consumer without pushmeter. All run at the same time, so that they share the machine's
 * disturbances; `bare` runs twice, which shows how far two equal ones differ.
 *
 * - `--seconds 60`: how long.
 * - `--receiver exports`: besides `bare` only rows whose name contains this.
 */
import { parseArgs } from "node:util";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { table } from "@pushmeter/testkit/table";
import { Consumer } from "./consumer.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, receiver: { type: "string", default: "" } },
});

interface Row {
  readonly name: string;
  readonly consumer: Consumer;
  readonly server: ReceiverServer;
  sent: number;
  handled: number;
}

async function row(
  name: string,
  delay: number | "bare" | "refused",
  compatibilityDate?: string,
): Promise<Row> {
  const server = await ReceiverServer.start();
  const url = server.writeUrl;
  if (delay === "refused") server.stop();
  if (typeof delay === "number") server.delay = delay;
  const measured = delay !== "bare";
  const consumer = await Consumer.start({
    url,
    every: 5_000,
    measured,
    ...(compatibilityDate && { compatibilityDate }),
  });
  return { name, consumer, server, sent: 0, handled: 0 };
}

const WITHOUT_EXPORTS = "2025-11-16";
const ROWS: readonly Parameters<typeof row>[] = [
  ["bare", "bare"],
  ["bare again", "bare"],
  ["healthy", 0],
  ["300 ms", 300],
  ["refuses", "refused"],
  ["never answers", Infinity],
  ["300 ms, no exports", 300, WITHOUT_EXPORTS],
  ["refuses, no exports", "refused", WITHOUT_EXPORTS],
  ["never answers, no exports", Infinity, WITHOUT_EXPORTS],
];
const rows: Row[] = [];
for (const each of ROWS) {
  if (each[1] === "bare" || each[0].includes(values.receiver)) rows.push(await row(...each));
}

/** Keeps at least 100 messages waiting. */
async function keepBusy(one: Row, end: number): Promise<void> {
  while (Date.now() < end) {
    const messages = one.sent - one.handled < 150 ? 100 : 0;
    one.handled = await one.consumer.send(messages);
    one.sent += messages;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  one.handled = await one.consumer.handled();
}

const end = Date.now() + Number(values.seconds) * 1000;
await Promise.all(rows.map((one) => keepBusy(one, end)));
const bare = rows[0]?.handled ?? 0;
const lines = rows.map(({ name, handled }) => [
  name,
  `${handled}`,
  `${((handled / bare - 1) * 100).toFixed(1)} %`,
]);
console.log(table([["receiver", "batches", "against bare"], ...lines]).join("\n"));

// Where the receiver answers at all, every batch is counted once the queue is empty.
for (const { name, consumer, server, sent } of rows) {
  if (name !== "healthy" && name !== "300 ms") continue;
  const counted = () => server.receiver.total("faas_invoke_duration_seconds_count");
  await until(
    "the queue is empty",
    () => consumer.handled(),
    (handled) => handled === sent,
  );
  await until("all batches are counted", counted, (total) => total === sent);
  console.log(`${name}: ${sent} batches, all counted`);
}
await Promise.all(rows.map(({ consumer }) => consumer.stop()));
for (const { server } of rows) server.stop();
