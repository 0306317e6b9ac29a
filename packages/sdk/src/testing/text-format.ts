/**
 * Parses Prometheus's text format 0.0.4 as strictly as the Pushgateway does:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import { Refusal } from "../http/body.ts";

export interface TextSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface TextFamily {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly TextSample[];
}

/** A family while its lines are read: HELP and TYPE come at most once, and TYPE before the samples. */
interface OpenFamily {
  readonly name: string;
  type?: string;
  help?: true;
  readonly samples: TextSample[];
}

const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];
const SUFFIXES: Readonly<Record<string, RegExp>> = {
  histogram: /_(bucket|sum|count)$/,
  summary: /_(sum|count)$/,
};

const METADATA = /^[ \t]*#[ \t]*(HELP|TYPE)[ \t]+([a-zA-Z_:][\w:]*)[ \t]+(.*)$/;
const LABEL = /([a-zA-Z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\[\\n"])*)"[ \t]*/;
const ONE_LABEL = LABEL.source.replaceAll(/\((?!\?)/g, "(?:");
const LABELS = `\\{[ \\t]*((?:${ONE_LABEL},[ \\t]*)*(?:${ONE_LABEL})?)\\}[ \\t]*`;
const SAMPLE = new RegExp(
  `^[ \\t]*([a-zA-Z_:][\\w:]*)(?:[ \\t]*${LABELS}|[ \\t]+)([^\\s{]\\S*)(?:[ \\t]+(\\S*))?$`,
);

/** @throws Refusal 400 naming the line. */
export function parseText(text: string): TextFamily[] {
  const families = new Map<string, OpenFamily>();
  const lines = text.split("\n");
  const rest = lines.pop();
  for (const [index, line] of lines.entries()) {
    try {
      if (/^[ \t]*#/.test(line)) readMetadata(families, line);
      else if (line.trim()) readSample(families, line);
    } catch (error) {
      const { message } = error as Error;
      throw new Refusal(400, `text format parsing error in line ${index + 1}: ${message}`);
    }
  }
  if (rest) {
    throw new Refusal(
      400,
      `text format parsing error in line ${lines.length + 1}: unexpected end of input stream, the last line does not end with LF`,
    );
  }
  return Array.from(families.values(), ({ name, type = "untyped", samples }) => ({
    name,
    type,
    samples,
  })).filter(({ samples }) => samples.length);
}

function readMetadata(families: Map<string, OpenFamily>, line: string): void {
  const [, keyword, name = "", text = ""] = METADATA.exec(line) ?? [];
  // Any other comment.
  if (!keyword) return;
  const family = familyOf(families, name);
  if (keyword === "HELP") {
    if (family.help) throw new Error(`second HELP line for metric name "${name}"`);
    family.help = true;
    return;
  }
  if (family.type) {
    throw new Error(`second TYPE line for metric name "${name}", or TYPE reported after samples`);
  }
  const type = text.trim().toLowerCase();
  if (!TYPES.includes(type)) throw new Error(`unknown metric type "${type}"`);
  family.type = type;
}

function readSample(families: Map<string, OpenFamily>, line: string): void {
  const [, name = "", labelText = "", value = "", timestamp] = SAMPLE.exec(line) ?? [];
  if (!name) throw new Error(`not a sample: ${line.slice(0, 200)}`);
  if (timestamp !== undefined) throw new Error("pushed metrics must not have timestamps");
  const labels = new Map<string, string>();
  for (const [, label = "", text = ""] of labelText.matchAll(new RegExp(LABEL, "g"))) {
    if (label.startsWith("__")) throw new Error(`label name "${label}" is reserved`);
    if (labels.has(label)) throw new Error(`duplicate label names for metric "${name}"`);
    labels.set(
      label,
      text.replaceAll(/\\(.)/g, (_, escaped) => (escaped === "n" ? "\n" : escaped)),
    );
  }
  const family = familyOf(families, name);
  family.type ??= "untyped";
  if (family.type === "histogram") {
    if (name === family.name) throw new Error(`histogram "${name}" has a sample of its own name`);
    if (name.endsWith("_bucket")) parseFloat64(labels.get("le"), "expected float as value for 'le' label");
  }
  if (family.type === "summary" && name === family.name) {
    parseFloat64(labels.get("quantile"), "expected float as value for 'quantile' label");
  }
  family.samples.push({
    name,
    labels: Object.fromEntries(labels),
    value: parseFloat64(value, "expected float as value"),
  });
}

/** `x_count` belongs to the histogram or summary `x` if there is one. */
function familyOf(families: Map<string, OpenFamily>, name: string): OpenFamily {
  const known = families.get(name);
  if (known) return known;
  const base = families.get(name.replace(/_(bucket|sum|count)$/, ""));
  if (base?.type && SUFFIXES[base.type]?.test(name)) return base;
  const family = { name, samples: [] };
  families.set(name, family);
  return family;
}

/** What Go reads as a float and the format allows. */
export function parseFloat64(text: string | undefined, expected = "expected float"): number {
  if (text && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))) {
    return Number(text);
  }
  if (text && /^nan$/i.test(text)) return NaN;
  if (text && /^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  throw new Error(`${expected}, got ${text === undefined ? "none" : JSON.stringify(text)}`);
}
