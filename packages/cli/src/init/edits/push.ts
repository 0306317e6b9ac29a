/** Makes a pushmeter that exists push through the aggregator. */
import { callsOf, property } from "../../source/syntax.ts";
import type { ModuleEdit } from "./module-edit.ts";

export type Pushed = "there" | "added" | "elsewhere" | "absent";

/** `elsewhere`: it has another `push`, which is the user's. `absent`: no pushmeter is made here. */
export function pushThroughAggregator(edit: ModuleEdit, env: string): Pushed {
  const { source, style } = edit;
  const [call] = callsOf(source, "createPushmeter", /^@pushmeter\/sdk$/);
  if (!call) return "absent";
  if (callsOf(source, "aggregator", /^@pushmeter\/aggregator/).length) return "there";
  const [options] = call.node.arguments;
  const push = `push: (${env}) => aggregator(env.PUSHMETER)`;
  if (!options) edit.insert((call.node.end ?? 1) - 1, `{ ${push} }`);
  else if (options.type !== "ObjectExpression" || property(options, "push")) return "elsewhere";
  else {
    const last = options.properties.at(-1);
    if (last) edit.insert(last.end ?? 0, `,${separator(source.text, options, style.indent)}${push}`);
    else edit.replace(options, `{ ${push} }`);
  }
  edit.import("aggregator", "@pushmeter/aggregator/client");
  return "added";
}

/** As the object is written: on one line, or a line for each property. */
function separator(
  text: string,
  { start, end }: { start?: number | null; end?: number | null },
  indent: string,
) {
  return text.slice(start ?? 0, end ?? 0).includes("\n") ? `\n${indent}` : " ";
}
