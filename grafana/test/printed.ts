/** What `npm run demo` prints at its end, as numbers. */

/** A row of a table: its first cell, and the numbers under the headings. */
export interface Row {
  readonly name: string;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface Printed {
  readonly instances: readonly Row[];
  /** By route and method. */
  readonly requests: readonly Row[];
  readonly triggers: readonly Row[];
  readonly custom: ReadonlyMap<string, number>;
}

const OUTCOMES = ["success", "client_error", "server_error", "exception"];

export function read(output: string): Printed {
  const text = output.slice(output.indexOf("Received:"));
  const below = (heading: RegExp) => {
    const lines = text.split("\n");
    const start = lines.findIndex((line) => heading.test(line)) + 1;
    const length = lines.slice(start).findIndex((line) => !line.trim());
    // Two spaces or more stand between cells.
    return lines.slice(start, start + length).map((line) => line.trim().split(/ {2,}/));
  };
  const row = (names: readonly string[], name: string, cells: readonly string[]): Row => ({
    name,
    numbers: Object.fromEntries(cells.map((cell, i) => [names[i] ?? "", numberOf(cell, names[i])])),
  });
  const counts = ["requests", ...OUTCOMES, "p50", "p95"];
  const invocations = ["invocations", "success", "exception", "p50", "p95"];
  return {
    instances: below(/^instance /).map(([name = "", _wire, ...cells]) => row(["requests"], name, cells)),
    // The method comes before the route.
    requests: below(/^route /).map(([name = "", ...cells]) => row(counts, name.replace(/^\S+ /, ""), cells)),
    triggers: below(/^trigger /).map(([name = "", ...cells]) => row(invocations, name, cells)),
    custom: new Map(below(/^custom metric/).map(([name = "", value = ""]) => [name, numberOf(value)])),
  };
}

/** Seconds for the milliseconds of a percentile; 0 for no value. */
function numberOf(cell: string, name = ""): number {
  if (cell === "-") return 0;
  return /^p\d+$/.test(name) ? Number(cell) / 1000 : Number(cell);
}

export function sum(rows: readonly Row[], name: string): number {
  return rows.reduce((total, { numbers }) => total + (numbers[name] ?? 0), 0);
}
