const BLOCKS = [..."▁▂▃▄▅▆▇█"];

/** Values as blocks of eight heights, the greatest at full height; a value that is not known is a space. */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const shown = values.slice(-width);
  const most = Math.max(...shown.map((value) => value ?? 0));
  return shown
    .map((value) => {
      if (value === null) return " ";
      const height = most > 0 ? Math.ceil((value / most) * (BLOCKS.length - 1)) : 0;
      return BLOCKS[height];
    })
    .join("");
}
