/** A string that is the same for equal attributes or labels, whatever the order of their keys. */
export function keyOf(attributes: object): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
