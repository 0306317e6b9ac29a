/** Reads events, which may be any JSON value: the caller of a function chooses it. */

export type Fields = Readonly<Record<string, unknown>>;

/** The object itself, or an empty one. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value && !Array.isArray(value) ? (value as Fields) : {};
}

/** The string itself unless it is empty. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : undefined;
}

/** The array's elements that are objects. */
export function objects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item) : [];
}

/** What follows the last separator, e.g. the queue's name in its ARN. */
export function last(value: unknown, separator: string): string | undefined {
  return text(text(value)?.split(separator).at(-1));
}
