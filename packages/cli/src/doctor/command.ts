/** `pushmeter doctor`: examines the project and its endpoint, and says what to change. */
import { redact } from "@pushmeter/sdk/adapter";
import { parseOptions } from "../arguments.ts";
import { type Command, Failure, USAGE } from "../command.ts";
import { isChosenInCode } from "./code-target.ts";
import { type Examination, examine } from "./examine.ts";
import { finding } from "./finding.ts";
import { type Project, readProject } from "./project.ts";
import { jsonOf, type Section, textOf } from "./report.ts";
import { secretsOf } from "./session.ts";
import type { Target, Wants, Wire } from "./target.ts";
import { targetOf } from "./targets.ts";
import { checkWorker } from "./worker/check.ts";

const HELP = `pushmeter doctor [URL] [OPTIONS]

Examines the project in this folder (wrangler.jsonc, .dev.vars, its code) and the endpoint that it pushes to, or
the endpoint at URL. Pushes a few series named pushmeter_doctor_canary, reads them back where queries are answered,
and ends them with stale markers.

  --wire WIRE             remoteWrite, pushgateway or otlp; by default what the URL's path is usual for
  --env NAME              an environment of wrangler.jsonc
  --query-url URL         a server whose /api/v1/query sees what is pushed
  --native-histograms     the project sends native histograms
  --protocol VERSION      the project sends remote write 1.0 or 2.0 only
  --temporality WORD      what OTLP carries: cumulative or delta
  --json                  prints everything as JSON
  --help

Credentials for URL come from PUSHMETER_REMOTE_WRITE_TOKEN and the other variables of docs/destinations.md.
Exit status: 0, 1 if something is wrong, 2 for arguments it cannot use.
`;

const OPTIONS = {
  wire: { type: "string" },
  env: { type: "string" },
  "query-url": { type: "string" },
  "native-histograms": { type: "boolean" },
  protocol: { type: "string" },
  temporality: { type: "string" },
  json: { type: "boolean" },
} as const;

export const doctor: Command = {
  help: HELP,
  async run(args, { stdout, env, cwd }) {
    const { values, positionals } = parseOptions(args, OPTIONS);
    const [url, more] = positionals;
    if (more !== undefined) throw new Failure("pushmeter doctor takes one URL", USAGE);
    const wire = oneOf<Wire>("--wire", values.wire, ["remoteWrite", "pushgateway", "otlp"]);
    const wants: Partial<Wants> = {
      ...(values["native-histograms"] && { nativeHistograms: true }),
      protocol: oneOf("--protocol", values.protocol, ["1.0", "2.0"]),
      temporality: oneOf("--temporality", values.temporality, ["cumulative", "delta"]),
    };
    const project = await readProject({ folder: cwd, env, environment: values.env });
    const target = targetOf({ url, wire, wants }, project);
    const sections: Section[] = [];
    if (url === undefined && project.wrangler) sections.push(await checkWorker(project));
    if (target) {
      const title = `Endpoint ${shown(target)} (${target.names.url})`;
      sections.push({ title, ...(await examined(target, values["query-url"])) });
    } else {
      sections.push(isChosenInCode(project) ? UNKNOWN : nowhere(project));
    }
    stdout.write(values.json ? jsonOf(sections) : textOf(sections));
    return sections.some(({ findings }) => findings.length) ? 1 : 0;
  },
};

function nowhere({ wrangler }: Project): Section {
  const where = wrangler ? `${wrangler.file}, .dev.vars or the environment` : "the environment";
  const how = wrangler ? `Add it to vars in ${wrangler.file}` : "Set it";
  const problem = `Nothing says where to push: no PUSHMETER_REMOTE_WRITE_URL in ${where}`;
  const fix = `${how}, or name a URL: npx pushmeter doctor http://127.0.0.1:9090/api/v1/write`;
  return { title: "Endpoint", facts: [], findings: [finding("no-url", problem, fix)] };
}

const UNKNOWN: Section = {
  title: "Endpoint",
  facts: [{ about: "not examined", value: "only the running code knows it: npx pushmeter doctor URL" }],
  findings: [],
};

/** What the SDK refuses at start, such as a token with a line feed, is a finding. */
async function examined(target: Target, queryUrl: string | undefined): Promise<Examination> {
  try {
    return await examine(target, { queryUrl });
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof TypeError && message.startsWith("pushmeter: "))) throw error;
    const problem = message.slice("pushmeter: ".length);
    return { facts: [], findings: [finding("configuration", problem, `Correct ${target.names.auth}`)] };
  }
}

/** Without credentials. */
function shown(target: Target): string {
  const { origin, pathname } = new URL(target.url);
  return redact(origin + pathname, secretsOf(target));
}

function oneOf<Word extends string>(option: string, text: string | undefined, words: readonly Word[]) {
  const word = words.find((one) => one === text);
  if (text !== undefined && word === undefined)
    throw new Failure(`${option} must be ${words.join(" or ")}`, USAGE);
  return word;
}
