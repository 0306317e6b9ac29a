/** Pages to PNG files, in a Chromium that is on the machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import sharp from "sharp";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * @param pages - names to HTML.
 * @returns the files.
 * @throws Error if there is no Chromium, or a page fails.
 */
export async function savePictures(pages: ReadonlyMap<string, string>, folder: string): Promise<string[]> {
  const executablePath = process.env.CHROMIUM_BIN ?? PLACES.find((file) => existsSync(file));
  if (!executablePath) throw new Error("install Chromium (Debian: chromium), or name it in CHROMIUM_BIN");
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const files: string[] = [];
  try {
    for (const [name, content] of pages) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 400 } });
      const failures: Error[] = [];
      page.on("pageerror", (error) => failures.push(error));
      await page.setContent(content, { waitUntil: "load" });
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
