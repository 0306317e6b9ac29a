/** Labels from attributes. */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { checkObject, invalid } from "../options.ts";

/** A label's value: the attribute of this name, or what a function makes of all attributes. Undefined: no label. */
export type LabelValue = string | ((attributes: Attributes) => AttributeValue | undefined);

/** By the label's name. */
export type Labels = Readonly<Record<string, LabelValue>>;

/**
 * The labels of a measurement with these attributes.
 *
 * @param report - is told what a function throws; its label is left out.
 */
export function mapped(labels: Labels, attributes: Attributes, report: (error: unknown) => void): Attributes {
  const result: Attributes = {};
  for (const [name, from] of Object.entries(labels)) {
    try {
      const value = typeof from === "string" ? attributes[from] : from(attributes);
      if (value !== undefined) result[name] = value;
    } catch (error) {
      report(error);
    }
  }
  return result;
}

const NAME = /^[a-zA-Z](?:_?[a-zA-Z\d])*_?$/;
/** Labels that Prometheus or the destination sets. */
const RESERVED = /^(?:job|instance|le|quantile)$/;

/** @throws TypeError for a name that no label can have, or a value that is neither text nor a function. */
export function checkLabels(option: string, labels: unknown): asserts labels is Labels {
  checkObject(option, labels, "an object of labels");
  for (const [name, from] of Object.entries(labels)) {
    if (!NAME.test(name) || RESERVED.test(name)) {
      throw new TypeError(`pushmeter: ${option} cannot have ${name}: Accepted: other names of labels`);
    }
    if (!from || !/^(string|function)$/.test(typeof from)) {
      invalid(`${name} of ${option}`, from, "an attribute's name or a function of the attributes");
    }
  }
}
