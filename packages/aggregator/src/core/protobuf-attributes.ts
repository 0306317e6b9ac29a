/** OTLP's KeyValue and AnyValue. Field numbers: opentelemetry-proto, `opentelemetry/proto/common/v1/common.proto`. */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { BadInput } from "./model.ts";
import { setAttribute } from "./points.ts";
import type { ProtobufFields } from "./protobuf-fields.ts";

/** AnyValue nests; a body must not be able to exhaust the stack. */
const DEEPEST_VALUE = 10;

/** Adds the KeyValue that comes next. Returns true: the field is known. */
export function readAttribute(fields: ProtobufFields, attributes: Attributes): true {
  const [key, decoded] = keyValue(fields, 0);
  const value: AttributeValue | undefined = typeof decoded === "object" ? JSON.stringify(decoded) : decoded;
  if (key && value !== undefined) setAttribute(attributes, key, value);
  return true;
}

type Any = string | number | boolean | undefined | Any[] | { [key: string]: Any };

function keyValue(fields: ProtobufFields, depth: number): [string, Any] {
  let key = "";
  let value: Any;
  fields.message((no) => {
    if (no === 1) key = fields.text();
    else if (no === 2) value = anyValue(fields, depth);
    else return false;
  });
  return [key, value];
}

function anyValue(fields: ProtobufFields, depth: number): Any {
  if (depth > DEEPEST_VALUE) throw new BadInput("an attribute's value is nested too deeply");
  let value: Any;
  fields.message((no) => {
    if (no === 1) value = fields.text();
    else if (no === 2) value = fields.bool();
    else if (no === 3) value = fields.int64();
    else if (no === 4) value = fields.double();
    else if (no === 5) value = listOf(fields, () => anyValue(fields, depth + 1));
    else if (no === 6) value = Object.fromEntries(listOf(fields, () => keyValue(fields, depth + 1)));
    else if (no === 7) value = btoa(String.fromCharCode(...fields.bytes()));
    else return false;
  });
  return value;
}

/** Of a message whose only field is a repeated one. */
function listOf<T>(fields: ProtobufFields, item: () => T): T[] {
  const items: T[] = [];
  fields.message((no) => no === 1 && items.push(item()));
  return items;
}
