/** Texts and colours of values, as Grafana's own `@grafana/data` makes them from the dashboards' field options. */
import {
  colorManipulator,
  createTheme,
  type DataFrame,
  formattedValueToString,
  getDisplayProcessor,
} from "@grafana/data";
import { describe, expect, it } from "vitest";
import { type Panel, panelsOf, readDashboards } from "../read/dashboards.ts";
import { STATE } from "../src/query/presence.ts";
import { BAD, NEUTRAL, OK, SERIOUS, WARN } from "../src/theme.ts";
import { withFieldOptions } from "./page/fields.ts";
import { framesOf } from "./page/frames.ts";
import { statValues } from "./page/values.ts";

const theme = createTheme({ colors: { mode: "dark" } });
const hex = (name: string) => colorManipulator.asHexString(theme.visualization.getColorByName(name));

function panelOf(where: string): Panel {
  const [dashboard, title] = where.split(" › ");
  const found = readDashboards().find((one) => one.title === dashboard);
  const panel = found && panelsOf(found).find((one) => one.title === title);
  if (!panel) throw new Error(`no panel ${where}`);
  return panel;
}

/** What a stat shows of one value per target: the text and the colour. */
function shown(
  where: string,
  ...values: readonly number[]
): readonly (readonly [string, string | undefined])[] {
  const panel = panelOf(where);
  const results = values.map((value) => [{ labels: {}, samples: [[1_800_000_000, value]] as const }]);
  const frames = withFieldOptions(framesOf({ panel, step: 15, results }), panel, theme);
  return statValues(panel, frames, theme).map(({ display }) => [
    formattedValueToString(display),
    display.color,
  ]);
}

describe("stats", () => {
  it.each([
    ["Functions › Cold starts", 1830, "1830"],
    ["Overview › Live services", 12_345, "12345"],
    ["Overview › Calls", 3.349, "3.35 req/s"],
    ["Service › Requests", 1_830.4, "1.83K req/s"],
    ["Push health › Last push", 8.4, "8 s"],
    ["Push health › Last push", 200, "3 mins"],
    ["Push health › Pushes", 79.31, "79.3 /min"],
    ["Service › Error budget left", -8.66, "-866%"],
  ])("%s of %d is %s", (where, value, text) => {
    expect(shown(where, value)[0]?.[0]).toBe(text);
  });

  it.each([
    ["Service › Failed", 0.004, OK],
    ["Service › Failed", 0.0119, WARN],
    ["Service › Failed", 0.119, BAD],
    ["Overview › Silent services", 0, OK],
    ["Overview › Silent services", 1, BAD],
    ["Push health › Last push", 59, OK],
    ["Push health › Last push", 61, NEUTRAL],
    ["Push health › Last push", 301, WARN],
    ["Push health › Points dropped", 1, WARN],
    ["Service › Error budget left", -0.1, BAD],
    ["Service › Error budget left", 0.1, WARN],
    ["Service › Error budget left", 0.9, OK],
  ])("%s of %d has its own colour", (where, value, colour) => {
    expect(shown(where, value)[0]?.[1]).toBe(hex(colour));
  });

  it("show a share and a count beside it, each in its own format", () => {
    expect(shown("Service › Failed", 0.0119, 1830)).toEqual([
      ["1.19%", hex(WARN)],
      ["1830", hex(NEUTRAL)],
    ]);
  });

  it.each(
    readDashboards().flatMap((dashboard) =>
      panelsOf(dashboard)
        .filter(({ type }) => type === "stat")
        .map(
          (panel) => [`${dashboard.title} › ${panel.title}`, panel.fieldConfig?.defaults.noValue] as const,
        ),
    ),
  )("%s without data says so, in a colour that is neither good nor bad", (where, noValue) => {
    const [none] = shown(where);
    expect(none?.[0]).toBe(noValue);
    const [notANumber] = shown(where, Number.NaN);
    expect(notANumber?.[0]).toBe(noValue);
    expect(notANumber?.[1]).toBe(hex(NEUTRAL));
  });
});

describe("tables", () => {
  const panel = panelOf("Overview › Services");
  const organized = (name: string, values: number[]): DataFrame => {
    const [frame] = withFieldOptions(
      [
        {
          fields: [{ name, type: "number", config: {}, values }],
          length: values.length,
        } as unknown as DataFrame,
      ],
      panel,
      theme,
    );
    return frame as DataFrame;
  };
  const cells = (name: string, values: number[]) => {
    const [field] = organized(name, values).fields;
    if (!field) throw new Error(`no field ${name}`);
    const display = field.display ?? getDisplayProcessor({ field, theme });
    return values.map((value) => {
      const shown = display(value);
      return [formattedValueToString(shown), shown.color];
    });
  };

  it("say each state in a word and a colour", () => {
    const { live, quiet, failing, silent } = STATE;
    expect(cells("State", [live, quiet, failing + 0.03, failing + 0.99, silent])).toEqual([
      ["live", hex(OK)],
      ["quiet", hex(NEUTRAL)],
      ["failing", hex(SERIOUS)],
      ["failing", hex(SERIOUS)],
      ["silent", hex(BAD)],
    ]);
  });

  it("show shares, counts and times in full", () => {
    expect(cells("Failed", [0.1194])).toEqual([["11.94%", hex(BAD)]]);
    expect(cells("Of", [1830])[0]?.[0]).toBe("1830");
    expect(cells("p95", [0.0334])[0]?.[0]).toBe("33.40 ms");
    expect(cells("Per second", [0.28])[0]?.[0]).toBe("0.28 req/s");
  });
});

describe("lines", () => {
  it("have the colours of their outcomes, by name", () => {
    const panel = panelOf("Service › Requests by outcome");
    const series = ["success", "exception"].map((outcome) => ({
      labels: { outcome },
      samples: [[1_800_000_000, 1]] as const,
    }));
    const frames = withFieldOptions(framesOf({ panel, step: 30, results: [series] }), panel, theme);
    const colours = frames.map(({ fields }) => fields[1]?.display?.(1).color);
    expect(colours).toEqual([hex("blue"), hex("red")]);
  });
});
