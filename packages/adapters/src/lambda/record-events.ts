/** Events with `Records`: queues, topics, streams, tables, buckets. */

import { type Fields, fields, last, objects, text } from "./fields.ts";
import type { Batch, FaasSource } from "./source.ts";

interface Kind {
  readonly trigger: FaasSource["trigger"];
  readonly attributes: (record: Fields) => Readonly<Record<string, string | undefined>>;
  /** The identifier of a record in a partial batch response. */
  readonly id?: (record: Fields) => unknown;
  /** Lambda reads a stream again from the first failure on: what follows it is delivered again too. */
  readonly ordered?: true;
}

/** By `eventSource` (SNS: `EventSource`). Attributes: OpenTelemetry's, for messaging and FaaS. */
const KINDS: Readonly<Record<string, Kind>> = {
  "aws:sqs": {
    trigger: "pubsub",
    attributes: (record) => ({
      "messaging.system": "aws_sqs",
      "messaging.destination.name": last(record.eventSourceARN, ":"),
    }),
    id: (record) => record.messageId,
  },
  "aws:sns": {
    trigger: "pubsub",
    attributes: (record) => ({
      "messaging.system": "aws.sns",
      "messaging.destination.name": last(fields(record.Sns).TopicArn, ":"),
    }),
  },
  "aws:kinesis": {
    trigger: "pubsub",
    attributes: (record) => ({
      "messaging.system": "aws_kinesis",
      "messaging.destination.name": last(record.eventSourceARN, "/"),
    }),
    id: (record) => fields(record.kinesis).sequenceNumber,
    ordered: true,
  },
  "aws:dynamodb": {
    trigger: "datasource",
    // arn:aws:dynamodb:region:account:table/name/stream/time
    attributes: (record) => ({ "faas.document.collection": text(record.eventSourceARN)?.split("/")[1] }),
    id: (record) => fields(record.dynamodb).SequenceNumber,
    ordered: true,
  },
  "aws:s3": {
    trigger: "datasource",
    attributes: (record) => ({ "faas.document.collection": text(fields(fields(record.s3).bucket).name) }),
  },
  "aws:ses": { trigger: "pubsub", attributes: () => ({ "messaging.system": "aws.ses" }) },
  "aws:codecommit": {
    trigger: "datasource",
    attributes: (record) => ({ "faas.document.collection": last(record.eventSourceARN, ":") }),
  },
};

export function batch(event: Fields): FaasSource | undefined {
  const records = objects(event.Records);
  const first = fields(records[0]);
  const name = text(first.eventSource) ?? text(first.EventSource) ?? "";
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (!kind) return undefined;
  const named = Object.entries(kind.attributes(first)).filter(([, value]) => value);
  return {
    kind: "faas",
    trigger: kind.trigger,
    attributes: Object.fromEntries(named) as Record<string, string>,
    batch: batchOf(records, kind),
  };
}

function batchOf(records: readonly Fields[], { id, ordered }: Kind): Batch {
  const size = records.length;
  return {
    size,
    failed(result) {
      const failures = fields(result).batchItemFailures;
      if (!id || !Array.isArray(failures) || !failures.length) return 0;
      const positions = new Map(records.map((record, position) => [text(id(record)), position]));
      positions.delete(undefined);
      const failed = failures.map((failure) => positions.get(text(fields(failure).itemIdentifier)) ?? -1);
      // With one identifier that is empty or unknown, Lambda takes the whole batch for failed.
      if (failed.includes(-1)) return size;
      return ordered ? size - Math.min(...failed) : new Set(failed).size;
    },
  };
}
