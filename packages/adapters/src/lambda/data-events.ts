/** Changes of data that come without `Records`: DocumentDB, and S3's batch operations and object Lambda. */
import { type Fields, fields, last, objects, text } from "./fields.ts";
import type { Batch, FaasSource } from "./source.ts";

function data(collection: string | undefined, batch?: Batch): FaasSource {
  const attributes: Record<string, string> = collection ? { "faas.document.collection": collection } : {};
  return { kind: "faas", trigger: "datasource", attributes, batch };
}

/** Change streams of DocumentDB. */
export function documentDb(event: Fields): FaasSource | undefined {
  if (event.eventSource !== "aws:docdb") return undefined;
  const changes = objects(event.events);
  const { coll } = fields(fields(changes[0]?.event).ns);
  return data(text(coll), { size: changes.length, failed: () => 0 });
}

/** Tasks of S3 Batch Operations. What is not named in the result has the code `treatMissingKeysAs`. */
export function s3Batch(event: Fields): FaasSource | undefined {
  const tasks = objects(event.tasks);
  if (!text(event.invocationSchemaVersion) || !tasks.length) return undefined;
  const [{ s3BucketArn, s3Bucket } = {} as Fields] = tasks;
  return data(text(s3Bucket) ?? last(s3BucketArn, ":"), {
    size: tasks.length,
    failed(result) {
      const { results, treatMissingKeysAs } = fields(result);
      const codes = new Map(objects(results).map(({ taskId, resultCode }) => [taskId, resultCode]));
      return tasks.filter(({ taskId }) => (codes.get(taskId) ?? treatMissingKeysAs) !== "Succeeded").length;
    },
  });
}

/** S3 Object Lambda. Its access point stands for a bucket. */
export function s3Object(event: Fields): FaasSource | undefined {
  if (!event.getObjectContext) return undefined;
  return data(last(fields(event.configuration).accessPointArn, "/"));
}
