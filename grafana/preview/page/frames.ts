/** Prometheus's answers as the frames that Grafana's data source makes of them. */
import { createDataFrame, type DataFrame, type FieldDTO, FieldType } from "@grafana/data";
import type { Series } from "../../read/prometheus.ts";
import type { Answer } from "../answers.ts";

export function framesOf({ panel, results, step }: Answer): DataFrame[] {
  return results.flatMap((series, i) => {
    const { refId = "A", legendFormat, format } = panel.targets?.[i] ?? {};
    if (format === "table") return [tableFrame(refId, series)];
    return series.map(({ labels, samples }) => {
      const points = withGaps(samples, step);
      return createDataFrame({
        refId,
        fields: [
          { name: "Time", type: FieldType.time, values: points.map(([time]) => time * 1000) },
          {
            name: "Value",
            type: FieldType.number,
            labels: { ...labels },
            values: points.map(([, value]) => value),
            config: { displayNameFromDS: nameOf(legendFormat, labels) },
          },
        ],
      });
    });
  });
}

/** A null where samples are missing: there the line is broken. Grafana's panel for lines inserts it. */
function withGaps(
  samples: Series["samples"],
  step: number,
): (readonly [time: number, value: number | null])[] {
  return samples.flatMap((sample, i) => {
    const next = samples[i + 1];
    return next && next[0] - sample[0] > 1.5 * step ? [sample, [sample[0] + step, null] as const] : [sample];
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
