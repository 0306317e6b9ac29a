import type { Series } from "../../read/prometheus.ts";
import type { Answer } from "../answers.ts";

export interface Named {
  readonly name: string;
  readonly samples: Series["samples"];
}

/** The series of all targets, named as Grafana names them. */
export function namedSeries({ panel, results }: Answer): Named[] {
  return results.flatMap((series, i) =>
    series.map(({ labels, samples }) => ({
      name: nameOf(panel.targets?.[i]?.legendFormat, labels),
      samples,
    })),
  );
}

function nameOf(legend: string | undefined, labels: Readonly<Record<string, string>>): string {
  if (!legend) return "";
  return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? "").trim() || "(none)";
}
