/**
 * `npm run dev:pictures`: the page and the terminal view after some minutes of instances that come and go, as PNG files in
 * docs/cli, light and dark, wide and narrow. `--to FOLDER`, `--seconds N`.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { launchChromium } from "@pushmeter/testkit/chromium";
import { SeededRandom } from "@pushmeter/testkit/random";
import sharp from "sharp";
import { startDevInTerminal } from "./dev.ts";
import { Instance, WIRES } from "./fleet.ts";

const { values } = parseArgs({ options: { to: { type: "string" }, seconds: { type: "string" } } });
const folder = values.to ?? join(import.meta.dirname, "../../docs/cli");
const seconds = Number(values.seconds ?? 150);
/** Instances at a time, and for how long each lives, s. */
const LIVE = 4;
const LIFE = [25, 90] as const;

/** The terminal's, as narrow as the view can be. */
const [COLUMNS, ROWS] = [60, 34];

const random = new SeededRandom(7);
const dev = await startDevInTerminal(COLUMNS, ROWS);
let isOver = false;

/** Serves requests until its time is over, and is followed by another. */
async function lane(wires: readonly string[]): Promise<void> {
  for (let i = 0; !isOver; i++) {
    const wire = wires[i % wires.length] ?? "";
    const instance = new Instance(
      (WIRES[wire] as (url: string) => ReturnType<(typeof WIRES)[string]>)(dev.url),
      random,
      { slow: true },
    );
    const end = Date.now() + 1000 * (LIFE[0] + random.next() * (LIFE[1] - LIFE[0]));
    while (!isOver && Date.now() < end) {
      void instance.request();
      await sleep(20 + random.next() * 160);
    }
    await instance.end();
  }
}

const lanes = Array.from({ length: LIVE }, (_, i) => {
  const wires = ["remote write 2.0", "Pushgateway", "OTLP", "remote write 1.0"];
  return lane([...wires.slice(i), ...wires.slice(0, i)]);
});
const browser = await launchChromium();
try {
  await mkdir(folder, { recursive: true });
  await sleep(seconds * 600);
  await fetch(`${dev.url}/live/cut?seconds=10`, { method: "POST" });
  await sleep(seconds * 400);
  const frame = lastFrame(await readFile(join(dev.folder, "typescript"), "utf8"));
  for (const colorScheme of ["dark", "light"] as const) {
    const terminal = await browser.newPage({ viewport: { width: 20, height: 20 }, colorScheme });
    await terminal.setContent(terminalPage(frame));
    await save(`terminal-${colorScheme}`, await terminal.locator("pre").screenshot());
    await terminal.close();
    for (const [name, width] of [
      ["page", 1280],
      ["narrow", 420],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      await page.goto(dev.url);
      await page.waitForSelector("#calls td.name");
      await page.waitForTimeout(500);
      await save(`${name}-${colorScheme}`, await page.screenshot({ fullPage: true }));
      await page.close();
    }
  }
} finally {
  isOver = true;
  await Promise.all(lanes);
  await browser.close();
  await dev.stop();
}

async function save(name: string, picture: Buffer): Promise<void> {
  const file = join(folder, `${name}.png`);
  await writeFile(
    file,
    await sharp(picture).png({ palette: true, colours: 64, dither: 0, effort: 10 }).toBuffer(),
  );
  console.log(file);
}

/** What the terminal shows last. */
function lastFrame(output: string): string {
  const frames = output.split("\u001b[H");
  // The last one may be half written.
  return frames.at(-2) ?? "";
}

/** Escape sequences of the view as HTML. */
function terminalPage(frame: string): string {
  const text = frame
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("\u001b[1;33m", '<b class="bad">')
    .replaceAll("\u001b[22;39m", "</b>")
    .replaceAll("\u001b[1m", "<b>")
    .replaceAll("\u001b[2m", '<b class="dim">')
    .replaceAll("\u001b[22m", "</b>")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
    .replace(/\u001b\[\??\w+/g, "")
    .replaceAll("\r", "");
  return `<style>:root { color-scheme: light dark; }
    body { margin: 0; width: max-content; }
    pre { margin: 0; padding: 14px 18px; font: 14px/1.35 "DejaVu Sans Mono", monospace;
      background: light-dark(#ffffff, #16181d); color: light-dark(#24292e, #d8d8e0); }
    .dim { font-weight: 400; color: light-dark(#5c6269, #9a9aaa); }
    .bad { color: light-dark(#933b07, #ffcc33); }</style><pre>${text}</pre>`;
}
