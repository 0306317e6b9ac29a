/** The frame that all dashboards share: identity, variables, links between them, and where panels stand. */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { deployments } from "./deployments.ts";
import type { PanelBuilder } from "./panels/panel.ts";

/** Grafana's grid is 24 columns wide. */
const COLUMNS = 24;
const TAG = "pushmeter";

/** Panels side by side, each as wide as the others unless it says how wide: those share what is left. */
interface PanelRow {
  /** A heading above the row. */
  readonly heading?: string;
  readonly height: number;
  readonly panels: readonly (PanelBuilder | readonly [PanelBuilder, width: number])[];
}

export interface DashboardOptions {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly rows: readonly PanelRow[];
}

export function dashboard({ uid, title, description, variables, rows }: DashboardOptions): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .timezone("browser")
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .annotation(deployments)
    .link(
      new DashboardLinkBuilder("pushmeter")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    );
  let id = 0;
  let y = 0;
  for (const { heading, height, panels } of rows) {
    if (heading) {
      builder.withRow(new RowBuilder(heading).id(++id).gridPos({ x: 0, y: y++, w: COLUMNS, h: 1 }));
    }
    let x = 0;
    const given = panels.flatMap((entry) => ("build" in entry ? [] : [entry[1]]));
    const left = COLUMNS - given.reduce((sum, width) => sum + width, 0);
    for (const entry of panels) {
      const [panel, w] = "build" in entry ? [entry, left / (panels.length - given.length)] : entry;
      builder.withPanel(panel.id(++id).gridPos({ x, y, w, h: height }));
      x += w;
    }
    y += height;
  }
  const built = builder.build();
  // The builder would hide the links in a menu.
  for (const link of built.links ?? []) delete link.placement;
  return built;
}
