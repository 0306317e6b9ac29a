/** Arguments of a command, checked. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { Failure, USAGE } from "./command.ts";

/**
 * The values of options, and what is left.
 *
 * @throws Failure that names the argument and the options there are.
 */
export function parseOptions<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's sentence, without its advice on positional arguments.
    const [sentence] = (error as Error).message.split(". ");
    const known = [...Object.keys(options), "help"].map((name) => `--${name}`).join(", ");
    throw new Failure(`${sentence}, known are ${known}`, USAGE);
  }
}

/** @throws Failure unless the text is a whole number in that range. */
export function parseNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Failure(`${option} must be a whole number from ${least} to ${most}`, USAGE);
}
