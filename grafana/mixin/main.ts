/**
 * `npm run dashboards:mixin FILE.tgz`: the generated dashboards and rules of all dialects in one archive, for a
 * release. No jsonnet: who has a Grafana and a Prometheus copies the folders of one dialect.
 */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { ROOT } from "../read/dashboards.ts";
import { generatedFiles } from "../src/files.ts";

const [file] = process.argv.slice(2);
if (!file) throw new TypeError("name the archive to write: npm run dashboards:mixin pushmeter-mixin.tgz");

const paths = [...generatedFiles().keys()].filter((path) =>
  /^(grafana\/dashboards|deploy\/rules)/.test(path),
);
const pages = ["docs/querying.md", "docs/runbook.md", "LICENSE"];
execFileSync("tar", ["--create", "--gzip", "--file", resolve(file), "--directory", ROOT, ...paths, ...pages]);
console.log(`${paths.length + pages.length} files in ${file}`);
