/** Measuring in a separate process: with other flags of V8, and with nothing else in its heap. */
import { fork } from "node:child_process";
import type { Progress } from "./part.ts";

type Message<Result> = { readonly progress: string } | { readonly result: Result };

export interface ChildOptions {
  /** Handed to the file, as JSON. */
  readonly argument?: unknown;
  /** Of Node.js and V8. */
  readonly flags: readonly string[];
  readonly progress: Progress;
}

/**
 * Runs a file that calls `measured`, and resolves to what that measured.
 *
 * @throws Error if the process ends without a result.
 */
export function inChild<Result>(file: string, { argument, flags, progress }: ChildOptions): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(file, [JSON.stringify(argument ?? null)], { execArgv: [...flags] });
    let result: { value: Result } | undefined;
    child.on("message", (message: Message<Result>) => {
      if ("result" in message) result = { value: message.result };
      else progress(message.progress);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (result) resolve(result.value);
      else reject(new Error(`the measuring process ended with ${signal ?? code}`));
    });
  });
}

/** In the child: measures with the argument of `inChild`, and hands the result back. */
export async function measured<Argument, Result>(
  measure: (argument: Argument, progress: Progress) => Promise<Result>,
): Promise<void> {
  const send = (message: Message<Result>) => process.send?.(message);
  const exit = () => process.exit();
  process.on("disconnect", exit);
  const result = await measure(JSON.parse(process.argv[2] ?? "null"), (progress) => send({ progress }));
  process.off("disconnect", exit);
  send({ result });
  process.disconnect?.();
}
