/** The object as its senders see it. */
import type { Message, Reply, Status } from "./core/message.ts";

/** The part of a Durable Object binding that is used, so that any version of its types fits. */
export interface AggregatorBinding {
  idFromName(name: string): unknown;
  get(id: never): unknown;
}

export interface AggregatorStub {
  push(message: Message): Promise<Reply>;
  status(): Promise<Status>;
}
