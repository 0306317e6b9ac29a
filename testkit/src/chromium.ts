/** A headless Chromium that is on the machine. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Its file, or undefined if there is none. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM_BIN ?? PLACES.find((file) => existsSync(file));
}

/** @throws Error that says how to get one. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) {
    throw new Error("install Chromium (Debian: chromium-headless-shell), or name it in CHROMIUM_BIN");
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
