/** Ctrl-C and SIGTERM leave nothing running. */
const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/** From now on a signal ends `resources` first, and then the process with the shell's status for it. */
export function endOnSignals(resources: AsyncDisposableStack): void {
  for (const [signal, code] of SIGNALS) {
    process.once(signal, async () => {
      process.stdout.write("\n");
      await resources.disposeAsync();
      process.exit(code);
    });
  }
}
