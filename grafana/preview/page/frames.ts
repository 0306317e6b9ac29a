/** Prometheus's answers as the frames that Grafana's data source makes of them. */
import { createDataFrame, type DataFrame, type FieldDTO, FieldType } from "@grafana/data";
import type { Series } from "../../read/prometheus.ts";
import type { Answer } from "../answers.ts";

/** Where a sample is missing, a line has a gap. */
export function framesOf({ panel, results, step }: Answer): DataFrame[] {
  return results.flatMap((series, i) => {
    const { refId = "A", legendFormat, format } = panel.targets?.[i] ?? {};
    if (format === "table") return [tableFrame(refId, series)];
    return series.map(({ labels, samples }) =>
      createDataFrame({
        refId,
        fields: [
          {
            name: "Time",
            type: FieldType.time,
            values: samples.map(([time]) => time * 1000),
            config: { interval: step * 1000 },
          },
          {
            name: "Value",
            type: FieldType.number,
            labels: { ...labels },
            values: samples.map(([, value]) => value),
            config: { displayNameFromDS: nameOf(legendFormat, labels) },
          },
        ],
      }),
    );
  });
}

/** One row per series: the time, a column per label, and the value. */
function tableFrame(refId: string, series: readonly Series[]): DataFrame {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))];
  const fields: FieldDTO[] = [
    {
      name: "Time",
      type: FieldType.time,
      values: series.map(({ samples }) => (samples.at(-1)?.[0] ?? 0) * 1000),
    },
    ...names.map((name) => ({
      name,
      type: FieldType.string,
      values: series.map(({ labels }) => labels[name] ?? ""),
    })),
    {
      name: `Value #${refId}`,
      type: FieldType.number,
      values: series.map(({ samples }) => samples.at(-1)?.[1]),
    },
  ];
  return createDataFrame({ refId, fields });
}

/** As the data source fills a legend format; without one it names the labels. */
function nameOf(legend: string | undefined, labels: Readonly<Record<string, string>>): string {
  if (legend) return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return `{${pairs.join(", ")}}`;
}

/** The series of all targets with their names. */
export function namedSeries({ panel, results }: Answer): { name: string; samples: Series["samples"] }[] {
  return results.flatMap((series, i) =>
    series.map(({ labels, samples }) => ({
      name: nameOf(panel.targets?.[i]?.legendFormat, labels),
      samples,
    })),
  );
}
