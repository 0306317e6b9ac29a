/** Pages to PNG files, in a Chromium that is on the machine. */
import { join } from "node:path";
import { launchChromium } from "@pushmeter/testkit/chromium";
import sharp from "sharp";

const WIDTH = 1280;

/**
 * @param url - of the pages' server.
 * @returns the files.
 * @throws Error if there is no Chromium, or a page fails.
 */
export async function savePictures(url: string, names: readonly string[], folder: string): Promise<string[]> {
  const browser = await launchChromium();
  const files: string[] = [];
  try {
    for (const name of names) {
      const page = await browser.newPage({ viewport: { width: WIDTH, height: 400 } });
      const failures: Error[] = [];
      page.on("pageerror", (error) => failures.push(error));
      await page.goto(`${url}/${name}`, { waitUntil: "networkidle" });
      // Tables draw only what is in view.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width: WIDTH, height });
      await page.waitForFunction(isDrawn);
      if (failures[0]) throw failures[0];
      const file = join(folder, `${name}.png`);
      const picture = await page.screenshot({ fullPage: true });
      await sharp(picture).png({ palette: true, colours: 64, dither: 0, effort: 10 }).toFile(file);
      files.push(file);
    }
  } finally {
    await browser.close();
  }
  return files;
}

/** In the page: every panel's icon is loaded, and every table its rows. */
function isDrawn(): boolean {
  const panels = [...document.querySelectorAll("main > section:not(:has(> h2))")];
  const tables = [...document.querySelectorAll("[role=grid]")];
  return (
    panels.every((panel) => panel.querySelector("svg:has(*)")) &&
    tables.every((table) => table.querySelectorAll("[role=row]").length > 1)
  );
}
