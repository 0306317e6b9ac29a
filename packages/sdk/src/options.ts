/** Checks of options. An error is one sentence: the option, what came, what is accepted. */

/**
 * @throws TypeError always. The value is described and not quoted: it may be a secret in the wrong place.
 */
export function invalid(option: string, got: unknown, accepted: string): never {
  throw new TypeError(`pushmeter: ${option} must be ${accepted}, got ${shape(got)}`);
}

/** @throws TypeError unless `got` is an object and not an array. */
export function checkObject(option: string, got: unknown, accepted: string): asserts got is object {
  if (typeof got !== "object" || !got || Array.isArray(got)) invalid(option, got, accepted);
}

/** @throws TypeError unless `options` is an object with keys from `names` (space-separated) only. */
export function checkNames(option: string, options: unknown, names: string): void {
  checkObject(option, options, `an object with ${names.replaceAll(" ", ", ")}`);
  const accepted = names.split(" ");
  for (const key of Object.keys(options)) {
    if (accepted.includes(key)) continue;
    const nearest = accepted.find((name) => isNear(name.toLowerCase(), key.toLowerCase()));
    const hint = nearest ? `did you mean ${nearest}? ` : "";
    throw new TypeError(`pushmeter: ${option} has no option ${key}, ${hint}Accepted: ${accepted.join(", ")}`);
  }
}

/** @throws TypeError unless `got` is a function or absent. */
export function checkFunction(option: string, got: unknown): void {
  if (got !== undefined && typeof got !== "function") invalid(option, got, "a function");
}

/** @throws TypeError unless `got` is one of the values. */
export function checkOneOf(option: string, got: unknown, accepted: readonly unknown[]): void {
  if (!accepted.includes(got))
    invalid(option, got, accepted.map((value) => JSON.stringify(value)).join(" or "));
}

/** @throws TypeError unless `got` is a number of milliseconds from 1 to a day. */
export function checkMilliseconds(option: string, got: unknown): void {
  if (!(typeof got === "number" && got >= 1 && got <= 86_400_000)) {
    invalid(option, got, "a number of milliseconds from 1 to 86400000");
  }
}

/** @throws TypeError unless `got` is a string that is not blank. */
export function checkText(option: string, got: unknown): asserts got is string {
  if (typeof got !== "string" || !got.trim()) invalid(option, got, "a string that is not empty");
}

function shape(value: unknown): string {
  if (typeof value === "string") return value ? `a string of ${value.length} characters` : "an empty string";
  if (typeof value === "number") return `${value}`;
  if (Array.isArray(value)) return "an array";
  if (value && typeof value === "object")
    return `an object with ${Object.keys(value).join(", ") || "no keys"}`;
  return typeof value === "function" ? "a function" : String(value);
}

/** True for likely typing errors: swapped letters, or one letter too few or too many after the second. */
function isNear(a: string, b: string): boolean {
  const letters = (text: string) => [...text].sort().join();
  return letters(a) === letters(b) || (a.slice(0, 2) === b.slice(0, 2) && Math.abs(a.length - b.length) < 2);
}
