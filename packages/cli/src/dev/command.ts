/** `pushmeter dev`: a receiver on this machine. */
import { parseNumber, parseOptions } from "../arguments.ts";
import { type Command, type Context, Failure, USAGE } from "../command.ts";
import { startDev } from "./dev.ts";
import { show } from "./terminal/terminal.ts";

const PORT = 9095;

const help = `pushmeter dev [OPTIONS]

Receives metrics on this machine and shows them, live: on a page, and here.
Takes remote write 1.0 and 2.0, what a Pushgateway takes, and OTLP. Answers
/metrics and Prometheus's query API, so that Grafana can read from it.

  --port PORT   to listen on, 0 for a free one; default ${PORT}
  --host HOST   to listen on, such as 0.0.0.0 for containers; default
                127.0.0.1, which only this machine reaches
  --app URL     of your application: a proxy in front of it counts what is
                sent, to compare with what is counted
  --help        this text

Keys: c cuts the receiver for ten seconds, q ends. Without a terminal, as in
CI, it prints lines. Ctrl-C ends it with exit status 0.
`;

const OPTIONS = { port: { type: "string" }, host: { type: "string" }, app: { type: "string" } } as const;

async function run(args: readonly string[], context: Context): Promise<number> {
  const { values, positionals } = parseOptions(args, OPTIONS);
  if (positionals.length) throw new Failure("pushmeter dev takes options only, see --help", USAGE);
  const port = parseNumber("--port", values.port ?? `${PORT}`, 0, 65_535);
  const dev = await startDev({
    host: values.host,
    port,
    app: values.app === undefined ? undefined : parseApp(values.app),
  });
  try {
    context.stdout.write(introduction(dev.url, dev.proxy));
    await show(dev, context);
  } finally {
    dev.close();
  }
  return 0;
}

function introduction(url: string, proxy: string | undefined): string {
  return [
    `Live page     ${url}`,
    `remote write  PUSHMETER_REMOTE_WRITE_URL=${url}/api/v1/write`,
    `Pushgateway   PUSHMETER_PUSHGATEWAY_URL=${url}`,
    `OTLP          PUSHMETER_OTLP_URL=${url}/v1/metrics`,
    ...(proxy ? [`Your app      ${proxy}, a proxy that counts`] : []),
    "",
  ].join("\n");
}

function parseApp(text: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new Failure("--app must be an http or https URL, such as http://localhost:8787", USAGE);
}

export const dev: Command = { help, run };
