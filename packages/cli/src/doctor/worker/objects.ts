/** The aggregator's Durable Object: binding, class and migration belong together. */
import type { ObjectBinding } from "../../project/wrangler.ts";
import { callsOf, nameOf, settingOf } from "../../source/syntax.ts";
import { type Finding, finding } from "../finding.ts";
import { type Project, placeOf } from "../project.ts";

export function aggregatorBindings(project: Project): Finding[] {
  const { config, wrangler } = project;
  const file = wrangler?.file ?? "wrangler.jsonc";
  const bindings = config.durable_objects?.bindings ?? [];
  return project.sources.flatMap((source) =>
    callsOf(source, "aggregator", /^@pushmeter\/aggregator/).flatMap(({ node }): Finding[] => {
      const setting = settingOf(node.arguments[0]);
      if (!setting || !("variable" in setting)) return [];
      const { variable } = setting;
      const binding = bindings.find(({ name }) => name === variable);
      if (binding) return objectOf(binding, project);
      const others = bindings.map(({ name }) => name).join(", ");
      return [
        finding(
          "no-binding",
          `${placeOf(project, source, node)} reads env.${variable}, and ${file} has no Durable Object of that name${others && ` (there are: ${others})`}`,
          `Add { "name": "${variable}", "class_name": "Aggregator" } to durable_objects.bindings, or run npx pushmeter init --aggregator`,
        ),
      ];
    }),
  );
}

/** The class of a binding, unless another Worker has it. */
function objectOf(
  { class_name: name = "", script_name: elsewhere }: ObjectBinding,
  project: Project,
): Finding[] {
  const { config, wrangler } = project;
  if (elsewhere) return [];
  const findings: Finding[] = [];
  if (!isExported(name, project)) {
    findings.push(
      finding(
        "class-not-exported",
        `${wrangler?.file} binds the class ${name}, which ${config.main} does not export`,
        `Add export { ${name} } from "@pushmeter/aggregator"; to ${config.main}`,
      ),
    );
  }
  const migrations = config.migrations ?? [];
  const isIn = (key: "new_sqlite_classes" | "new_classes") =>
    migrations.some((one) => one[key]?.includes(name));
  const isRenamed = migrations.some((one) => one.renamed_classes?.some(({ to }) => to === name));
  if (!isIn("new_sqlite_classes") && !isRenamed) {
    const problem = isIn("new_classes")
      ? `The class ${name} is in new_classes, and the aggregator needs SQLite`
      : `No migration makes the class ${name}`;
    const fix = `Add { "tag": "v${migrations.length + 1}", "new_sqlite_classes": ["${name}"] } to migrations`;
    findings.push(
      finding(
        "migration",
        problem,
        isIn("new_classes") ? `Move it to new_sqlite_classes (before the first deploy)` : fix,
      ),
    );
  }
  return findings;
}

function isExported(name: string, { sources: [entry] }: Project): boolean {
  return (entry?.program.body ?? []).some((statement) => {
    // What another module exports may be anything.
    if (statement.type === "ExportAllDeclaration") return true;
    if (statement.type !== "ExportNamedDeclaration") return false;
    const { declaration, specifiers } = statement;
    if (declaration?.type === "ClassDeclaration") return declaration.id?.name === name;
    if (declaration?.type === "VariableDeclaration") {
      return declaration.declarations.some(({ id }) => id.type === "Identifier" && id.name === name);
    }
    return specifiers.some(
      (specifier) => specifier.type === "ExportSpecifier" && nameOf(specifier.exported) === name,
    );
  });
}
