/** The Worker's configuration, code and bundle, against what pushmeter needs. */
import type { Finding } from "../finding.ts";
import type { Project } from "../project.ts";
import type { Section } from "../report.ts";
import { checkBundle } from "./bundle.ts";
import { madeOnce, measured, middlewareOrder, noTesting, variablesSet } from "./code.ts";
import { compatibility, secrets, switchedOff } from "./configuration.ts";
import { aggregatorBindings } from "./objects.ts";

type Check = (project: Project) => readonly Finding[];

const CHECKS: readonly Check[] = [
  compatibility,
  switchedOff,
  secrets,
  measured,
  middlewareOrder,
  madeOnce,
  variablesSet,
  noTesting,
  aggregatorBindings,
];

export async function checkWorker(project: Project): Promise<Section> {
  const { wrangler, config } = project;
  const findings = CHECKS.flatMap((check) => check(project));
  const bundle = await checkBundle(project);
  return {
    title: `Worker ${config.name ?? ""} (${wrangler?.file})`,
    facts: [
      { about: "entry", value: config.main ?? "none" },
      { about: "compatibility date", value: config.compatibility_date ?? "none" },
      ...(bundle.facts ?? []),
    ],
    findings: [...findings, ...(bundle.findings ?? [])],
  };
}
