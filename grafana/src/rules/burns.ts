/** How fast an error budget may burn: Google, "The Site Reliability Workbook", chapter 5. */

export interface Burn {
  readonly long: string;
  readonly short: string;
  readonly factor: number;
  readonly severity: "page" | "ticket";
}

export const BURNS: readonly Burn[] = [
  { long: "1h", short: "5m", factor: 14.4, severity: "page" },
  { long: "6h", short: "30m", factor: 6, severity: "page" },
  { long: "1d", short: "2h", factor: 3, severity: "ticket" },
  { long: "3d", short: "6h", factor: 1, severity: "ticket" },
];
