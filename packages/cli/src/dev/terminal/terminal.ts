/** Shows a running `dev` where the command was started, until it is to end. */
import { once } from "node:events";
import type { Context, Input } from "../../command.ts";
import type { Dev } from "../dev.ts";
import { Lines } from "./lines.ts";
import { Screen } from "./screen.ts";
import { ANSI, PLAIN, view } from "./view.ts";

/** Between two drawings, ms. */
const INTERVAL = 500;
const CUT = 10_000;
const SMALLEST = { columns: 60, rows: 24 };

/** Resolves when the signal is aborted, or `q` is pressed. */
export async function show(dev: Dev, { stdout, stdin, signal, env }: Context): Promise<void> {
  if (!stdout.isTTY) return showLines(dev, stdout, signal);
  const screen = new Screen(stdout);
  const style = env.NO_COLOR ? PLAIN : ANSI;
  const draw = () => {
    const { columns = SMALLEST.columns, rows = SMALLEST.rows } = stdout;
    screen.draw(view(dev.snapshot(), { columns, rows }, style));
  };
  const timer = setInterval(draw, INTERVAL);
  const keys = readKeys(stdin, (key) => key === "c" && dev.cut(CUT));
  draw();
  try {
    await Promise.race([aborted(signal), keys.quit]);
  } finally {
    clearInterval(timer);
    keys.close();
    screen.close();
  }
}

async function showLines(dev: Dev, stdout: Context["stdout"], signal: AbortSignal): Promise<void> {
  const lines = new Lines(
    (line) => stdout.write(`${line}\n`),
    () => dev.snapshot(),
  );
  const leave = dev.receiver.onPush((push) => lines.pushed(push));
  await aborted(signal);
  leave();
  lines.sum(Date.now());
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** Keys as they are pressed. `quit` resolves for `q` and Ctrl-C, which is a key now. */
function readKeys(stdin: Input | undefined, onKey: (key: string) => void) {
  const { promise: quit, resolve } = Promise.withResolvers<void>();
  if (!stdin?.isTTY) return { quit, close: () => {} };
  const listener = (chunk: Buffer) => {
    for (const key of chunk.toString()) {
      if (key === "q" || key === "\u0003") resolve();
      else onKey(key);
    }
  };
  stdin.setRawMode?.(true);
  stdin.on("data", listener);
  stdin.resume();
  const close = () => {
    stdin.off("data", listener);
    stdin.setRawMode?.(false);
    stdin.pause();
  };
  return { quit, close };
}
