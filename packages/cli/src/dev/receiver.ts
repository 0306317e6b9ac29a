/** The receiver for all wires: reads a push, stores it, answers, and lets the model know. */
import { Refusal } from "@pushmeter/sdk/adapter";
import { Cut } from "./cut.ts";
import { Model } from "./model/model.ts";
import type { PushRecord } from "./model/pushes.ts";
import { type Sent, type Snapshot, snapshotOf } from "./model/snapshot.ts";
import { Database } from "./storage/database.ts";
import { Otlp } from "./wires/otlp.ts";
import { Pushgateway } from "./wires/pushgateway.ts";
import { readRemoteWrite } from "./wires/remote-write.ts";
import type { Answer, Incoming, Push, WireName } from "./wires/wire.ts";

type Read = (incoming: Incoming) => Push | Promise<Push>;

export class DevReceiver {
  readonly database: Database;
  readonly model: Model;
  readonly cut: Cut;
  readonly #now: () => number;
  readonly #started: number;
  readonly #wires: readonly (readonly [path: RegExp, name: WireName, read: Read])[];
  readonly #listeners = new Set<(push: PushRecord) => void>();

  /** @param now - milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#started = now();
    this.model = new Model(now);
    this.cut = new Cut(now);
    this.database = new Database(now, this.model.onSample);
    const [pushgateway, otlp] = [new Pushgateway(now), new Otlp()];
    this.#wires = [
      // As Prometheus, Mimir and VictoriaMetrics have it.
      [/^\/api\/v1\/(write|push)$/, "remote write 1.0", readRemoteWrite],
      [/^\/metrics\/job(@base64)?\//, "Pushgateway", (incoming) => pushgateway.read(incoming)],
      [/^(\/api\/v1\/otlp)?\/v1\/metrics$/, "OTLP", (incoming) => otlp.read(incoming)],
    ];
  }

  /** Whether pushes come to this path. */
  takes(pathname: string): boolean {
    return this.#wires.some(([path]) => path.test(pathname));
  }

  /** Calls back after every push. @returns what ends that. */
  onPush(listener: (push: PushRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Answers a push. Never rejects. */
  async receive(incoming: Incoming): Promise<Answer> {
    const found = this.#wires.find(([path]) => path.test(incoming.pathname));
    if (!found) return { status: 404, body: "not found\n" };
    const [, name, read] = found;
    let push: Push | undefined;
    let answer: Answer;
    try {
      push = await read(incoming);
      if (this.cut.until) throw new Refusal(503, "the receiver is cut, from the page or the terminal");
      answer = push.store((fragments) => this.database.append(fragments));
    } catch (error) {
      const { status, message } = error instanceof Refusal ? error : new Refusal(500, String(error));
      answer = { status, body: `${message}\n` };
    }
    const record = this.model.pushed({
      wire: push?.wire ?? name,
      fragments: push?.fragments ?? [],
      bytes: incoming.body.length,
      status: answer.status,
      reason: answer.status < 300 ? "" : `${answer.body ?? ""}`.trim().slice(0, 300),
    });
    for (const listener of this.#listeners) listener(record);
    return answer;
  }

  snapshot(url: string, sent?: Sent): Snapshot {
    const { database, cut } = this;
    return snapshotOf(this.model, this.#now(), {
      started: this.#started,
      url,
      cutUntil: cut.until,
      cuts: cut.spans,
      series: database.size,
      evicted: database.evicted,
      sent,
    });
  }
}
