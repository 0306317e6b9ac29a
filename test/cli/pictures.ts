/**
 * `npm run dev:pictures`: the page and the terminal view after some minutes of instances that come and go, as PNG files in
 * docs/cli, light and dark, wide and narrow. `--to FOLDER`, `--seconds N`.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { launchChromium } from "@pushmeter/testkit/chromium";
import { SeededRandom } from "@pushmeter/testkit/random";
import sharp from "sharp";
import { startDev } from "./dev.ts";
import { Instance, WIRES } from "./fleet.ts";

const { values } = parseArgs({ options: { to: { type: "string" }, seconds: { type: "string" } } });
const folder = values.to ?? join(import.meta.dirname, "../../docs/cli");
const seconds = Number(values.seconds ?? 150);
/** Instances at a time, and for how long each lives, s. */
const LIVE = 4;
const LIFE = [25, 90] as const;

const random = new SeededRandom(7);
const dev = await startDev();
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
  for (const colorScheme of ["dark", "light"] as const) {
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
