/** Colours that stand beside each other can be told apart by people who do not see green and red as two colours. */
import { describe, expect, it } from "vitest";
import { panelsOf, readDashboards } from "../read/dashboards.ts";
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

/** Grafana's names on its dark theme: packages/grafana-data/src/themes/palette.ts. */
const HEX: Readonly<Record<string, string>> = {
  blue: "#5794F2",
  "light-blue": "#8AB8FF",
  "dark-blue": "#1F60C4",
  "light-yellow": "#FFEE52",
  "dark-orange": "#FA6400",
  red: "#F2495C",
  "light-purple": "#CA95E5",
  text: "#CCCCDC",
};
/** Green and red, Grafana's own choice, are 8 apart. */
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
  it.each(Object.entries(SETS))("%s are told apart without green and red", (_, names) => {
    const colours = names.map((name) => HEX[name] ?? `unknown colour ${name}`);
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
