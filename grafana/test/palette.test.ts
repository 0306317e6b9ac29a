/** Colours that stand beside each other can be told apart by people who do not see green and red as two colours. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { colorManipulator, createTheme } from "@grafana/data";
import { describe, expect, it } from "vitest";
import { panelsOf, ROOT, readDashboards } from "../read/dashboards.ts";
import {
  BAD,
  NEUTRAL,
  OK,
  OUTCOMES,
  PERCENTILES,
  PUSH_RESULTS,
  SERIOUS,
  STATUSES,
  WARN,
} from "../src/theme.ts";
import { distance } from "./palette.ts";

const theme = createTheme({ colors: { mode: "dark" } });
const hex = (name: string) => colorManipulator.asHexString(theme.visualization.getColorByName(name));
/** Behind panels. */
const BACKGROUND = theme.colors.background.primary;
/** WCAG 2.2, 1.4.11, for lines and areas; and for text that is as large as a stat's, 1.4.3. */
const LEAST_CONTRAST = 3;
/** Green and red, Grafana's own choice, differ by 8. */
const LEAST = 25;

const SETS: Readonly<Record<string, readonly string[]>> = {
  outcomes: Object.values(OUTCOMES),
  "results of pushes": Object.values(PUSH_RESULTS),
  percentiles: Object.values(PERCENTILES),
  statuses: STATUSES.map(([, colour]) => colour),
  thresholds: [OK, WARN, BAD],
  "states of services": [OK, NEUTRAL, SERIOUS, BAD],
};

describe("palette", () => {
  it("says with its own colours what it promises: green and red are too near each other", () => {
    expect(distance(hex("green"), hex("red"))).toBeLessThan(10);
  });

  it.each([...new Set(Object.values(SETS).flat())])("%s is seen on a panel's background", (name) => {
    expect(colorManipulator.getContrastRatio(hex(name), BACKGROUND)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  });

  it("has the figures of docs/dashboards.md", () => {
    const page = readFileSync(join(ROOT, "docs/dashboards.md"), "utf8");
    const row = (cells: readonly string[]) => new RegExp(cells.map((cell) => `\\| ${cell} +`).join(""));
    for (const [set, names] of Object.entries(SETS)) {
      const colours = names.map(hex);
      const distances = colours.flatMap((a, i) => colours.slice(i + 1).map((b) => distance(a, b)));
      expect(page).toMatch(row([set, `${Math.floor(Math.min(...distances))}`]));
      for (const name of names) {
        const contrast = colorManipulator.getContrastRatio(hex(name), BACKGROUND);
        expect(page).toMatch(row([`\`${name}\``, contrast.toFixed(1)]));
      }
    }
  });

  it.each(Object.entries(SETS))("%s are told apart without green and red", (_, names) => {
    const colours = names.map(hex);
    for (const [i, a] of colours.entries()) {
      for (const [j, b] of colours.slice(i + 1).entries()) {
        expect(distance(a, b), `${names[i]} and ${names[i + 1 + j]}`).toBeGreaterThanOrEqual(LEAST);
      }
    }
  });

  it("is what the dashboards use: no green", () => {
    for (const dashboard of readDashboards()) {
      for (const { title, fieldConfig } of panelsOf(dashboard)) {
        expect(JSON.stringify(fieldConfig), `${dashboard.title} › ${title}`).not.toMatch(
          /"(?:[a-z]+-)*green"/,
        );
      }
    }
  });

  it("tells no state by its colour alone: each has a text", () => {
    for (const { title, type, fieldConfig } of readDashboards().flatMap(panelsOf)) {
      const mappings = [
        ...(fieldConfig?.defaults.mappings ?? []),
        ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
          properties.flatMap(({ id, value }) => (id === "mappings" ? (value as object[]) : [])),
        ),
      ];
      for (const color of JSON.stringify(mappings).matchAll(/\{[^{}]*"color":[^{}]*\}/g)) {
        expect(color[0], title).toMatch(/"text":"[^"]/);
      }
      if (type === "state-timeline") expect(mappings.length, title).toBeGreaterThan(0);
    }
  });
});
