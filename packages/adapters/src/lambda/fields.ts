/** Reading of events, which can be anything: whoever may invoke a function chooses what it is given. */

export type Fields = Readonly<Record<string, unknown>>;

/** The object itself, or an empty one. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value && !Array.isArray(value) ? (value as Fields) : {};
}

/** The string itself if it has something in it. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : undefined;
}

/** The array's objects; the rest of it is left out. */
export function objects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item) : [];
}

/** What follows the last separator, e.g. the queue's name in its ARN. */
export function last(value: unknown, separator: string): string | undefined {
  return text(text(value)?.split(separator).at(-1));
}
