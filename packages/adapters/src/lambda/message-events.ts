/** Messages that come without `Records`: Kafka, Amazon MQ, Firehose, CloudWatch Logs, AppSync's channels. */
import { type Fields, fields, last, objects, text } from "./fields.ts";
import type { Batch, FaasSource } from "./source.ts";

function messages(system: string, destination: string | undefined, batch?: Batch): FaasSource {
  return {
    kind: "faas",
    trigger: "pubsub",
    attributes: {
      "messaging.system": system,
      ...(destination && { "messaging.destination.name": destination }),
    },
    batch,
  };
}

/** Without partial responses: all or none. */
const allOrNone = (size: number): Batch => ({ size, failed: () => 0 });

/** Amazon MSK and self-managed Kafka: records by `topic-partition`. */
export function kafka(event: Fields): FaasSource | undefined {
  if (event.eventSource !== "aws:kafka" && event.eventSource !== "SelfManagedKafka") return undefined;
  const records = Object.values(fields(event.records)).flatMap(objects);
  return messages("kafka", text(records[0]?.topic), allOrNone(records.length));
}

/** Amazon MQ: ActiveMQ, and RabbitMQ, whose messages are listed by `queue::virtual host`. */
export function amazonMq(event: Fields): FaasSource | undefined {
  if (event.eventSource === "aws:mq") {
    const list = objects(event.messages);
    const queue = text(fields(list[0]?.destination).physicalName);
    return messages("activemq", queue, allOrNone(list.length));
  }
  if (event.eventSource !== "aws:rmq") return undefined;
  const queues = Object.entries(fields(event.rmqMessagesByQueue));
  const size = queues.reduce((sum, [, list]) => sum + objects(list).length, 0);
  return messages("rabbitmq", text(queues[0]?.[0]?.split("::")[0]), allOrNone(size));
}

/** A transformation of Amazon Data Firehose, which says for each record what became of it. */
export function firehose(event: Fields): FaasSource | undefined {
  const stream = last(event.deliveryStreamArn, "/");
  if (!stream || !Array.isArray(event.records)) return undefined;
  return messages("aws.firehose", stream, {
    size: objects(event.records).length,
    failed: (result) => objects(fields(result).records).filter(isProcessingFailed).length,
  });
}

const isProcessingFailed = ({ result }: Fields) => result === "ProcessingFailed";

/** A subscription of CloudWatch Logs. Which log group it is stands in compressed data. */
export function logs(event: Fields): FaasSource | undefined {
  return text(fields(event.awslogs).data) ? messages("aws.cloudwatch_logs", undefined) : undefined;
}

/** AppSync Events: what is published to a channel, or who subscribes. */
export function channels(event: Fields): FaasSource | undefined {
  const { channelNamespace } = fields(event.info);
  const name = text(fields(channelNamespace).name);
  return name ? messages("aws.appsync", name) : undefined;
}
