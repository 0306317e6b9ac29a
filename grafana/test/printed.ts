/** What `npm run demo` prints at its end, as numbers. */

/** A row of a table: its first cells, and the numbers under the headings. */
export interface Row {
  readonly name: string;
  readonly method: string;
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
  const row = (names: readonly string[], texts: number, [name = "", ...cells]: readonly string[]): Row => {
    const numbers = cells.slice(texts - 1).map((cell, i) => [names[i] ?? "", numberOf(cell)] as const);
    return { name, method: texts > 1 ? (cells[0] ?? "") : "", numbers: Object.fromEntries(numbers) };
  };
  const counts = ["requests", ...OUTCOMES, "p50", "p95"];
  const invocations = ["invocations", "success", "exception", "p50", "p95"];
  return {
    instances: below(/^instance /).map((cells) => row(["requests"], 2, cells)),
    requests: below(/^route /).map((cells) => row(counts, 2, cells)),
    triggers: below(/^trigger /).map((cells) => row(invocations, 1, cells)),
    custom: new Map(below(/^custom metric/).map(([name = "", value = ""]) => [name, numberOf(value)])),
  };
}

/** Seconds for milliseconds; `-` for no value. */
function numberOf(cell: string): number {
  if (cell === "-") return 0;
  return cell.endsWith(" ms") ? Number(cell.slice(0, -3)) / 1000 : Number(cell);
}

export function sum(rows: readonly Row[], name: string): number {
  return rows.reduce((total, { numbers }) => total + (numbers[name] ?? 0), 0);
}
