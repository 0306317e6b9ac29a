/** What the doctor says, for a reader and for a program. */
import type { Fact, Finding } from "./finding.ts";

export interface Section {
  /** What was examined: `Endpoint http://… (PUSHMETER_REMOTE_WRITE_URL in wrangler.jsonc)`. */
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
}

export function textOf(sections: readonly Section[]): string {
  const lines = sections.flatMap(({ title, facts }) => [title, ...facts.map(lineOf), ""]);
  const findings = sections.flatMap((section) => section.findings);
  const told = findings.map(({ code, problem, fix }) => `✗ ${code}: ${ended(problem)} ${ended(fix)}\n`);
  const end = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return `${lines.join("\n")}\n${told.join("")}${findings.length ? end : "✓ nothing is wrong"}\n`;
}

export function jsonOf(sections: readonly Section[]): string {
  const findings = sections.flatMap((section) => section.findings);
  return `${JSON.stringify({ ok: !findings.length, findings, sections }, undefined, 2)}\n`;
}

function lineOf({ about, value }: Fact): string {
  return `  ${about.padEnd(20)} ${value}`;
}

function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
