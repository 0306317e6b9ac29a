/** `pushmeter dev`: a receiver on this machine. */
import { once } from "node:events";
import { parseNumber, parseOptions } from "../arguments.ts";
import { type Command, type Context, Failure } from "../command.ts";
import { listen } from "./server.ts";

const PORT = 9464;

const help = `pushmeter dev [OPTIONS]

Receives metrics on this machine: remote write and Pushgateway.

  --port PORT   to listen on, 0 for a free one; default ${PORT}
  --help        this text

Ctrl-C ends it.
`;

async function run(args: readonly string[], context: Context): Promise<number> {
  const { values, positionals } = parseOptions(args, { port: { type: "string" } });
  if (positionals.length) throw new Failure(`pushmeter dev takes options only, see --help`, 2);
  const port = parseNumber("--port", values.port ?? `${PORT}`, 0, 65_535);
  const server = await listen(port);
  context.stdout.write(`Receiving at ${server.url}\n`);
  if (!context.signal.aborted) await once(context.signal, "abort");
  server.close();
  return 0;
}

export const dev: Command = { help, run };
