/** The name that was probably meant. */

/** The name that differs from `wanted` in the fewest characters; undefined if none is alike. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  // An OpenTelemetry name is meant as its Prometheus name, without the unit and `_total`.
  const plain = wanted.replace(/\W+/g, "_");
  let nearest: string | undefined;
  let fewest = Math.floor(plain.length / 3);
  for (const name of names) {
    const differing = name.startsWith(`${plain}_`) ? 0 : distance(plain, name);
    if (differing >= fewest) continue;
    nearest = name;
    fewest = differing;
  }
  return nearest;
}

/** Characters to insert, delete or replace to make one text of another (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
