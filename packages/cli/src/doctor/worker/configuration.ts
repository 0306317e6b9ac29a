/** The Worker's configuration: dates, flags and secrets. */
import { type Finding, finding } from "../finding.ts";
import type { Project } from "../project.ts";

/** From this date on a Worker can call itself, so that a queue's consumer need not wait for a push. */
const EXPORTS_DATE = "2025-11-17";
const EXPORTS_FLAG = "enable_ctx_exports";
const SECRET = /^PUSHMETER_.*_(?:TOKEN|PASSWORD|HEADERS)$/;

export function compatibility({ config, wrangler }: Project): Finding[] {
  const { compatibility_date: date, compatibility_flags: flags = [], queues } = config;
  const file = wrangler?.file ?? "wrangler.jsonc";
  if (!date) {
    return [
      finding(
        "compatibility-date",
        `${file} has no compatibility_date, so the Worker runs as in 2021`,
        `Add "compatibility_date": "2026-10-01"`,
      ),
    ];
  }
  if (queues?.consumers?.length && date < EXPORTS_DATE && !flags.includes(EXPORTS_FLAG)) {
    return [
      finding(
        "queue-date",
        `With compatibility_date ${date} pushes hold the next batch of a queue for up to 5 % of the time`,
        `Set compatibility_date to ${EXPORTS_DATE} or later, or add "${EXPORTS_FLAG}" to compatibility_flags`,
      ),
    ];
  }
  return [];
}

export function switchedOff({ variables }: Project): Finding[] {
  const { values, origins } = variables;
  if (values.OTEL_SDK_DISABLED?.trim().toLowerCase() !== "true") return [];
  return [
    finding(
      "switched-off",
      `OTEL_SDK_DISABLED=true in ${origins.OTEL_SDK_DISABLED} switches all metrics off`,
      "Remove it",
    ),
  ];
}

/** A secret in a file that is committed. */
export function secrets({ config, wrangler, ignored, variables }: Project): Finding[] {
  const named = Object.keys(config.vars ?? {}).filter((name) => SECRET.test(name));
  const findings = named.map((name) =>
    finding(
      "secret-in-vars",
      `${name} stands in ${wrangler?.file}, which is committed and shown in the dashboard`,
      `Move it to .dev.vars, and run npx wrangler secret put ${name}`,
    ),
  );
  const local = Object.entries(variables.origins).find(
    ([name, file]) => SECRET.test(name) && file.startsWith("."),
  );
  if (local && ignored && !ignored.some((line) => ignores(line, local[1]))) {
    findings.push(
      finding(
        "secret-not-ignored",
        `${local[1]} holds ${local[0]}, and .gitignore does not name the file`,
        `Add ${local[1]}* to .gitignore`,
      ),
    );
  }
  return findings;
}

function ignores(line: string, file: string): boolean {
  const pattern = line.replace(/^\//, "");
  return pattern === file || (pattern.endsWith("*") && file.startsWith(pattern.slice(0, -1)));
}
