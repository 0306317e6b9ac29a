/** The live page of `pushmeter dev` in a headless Chromium, as somebody sees and uses it. */
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { findChromium, launchChromium } from "@pushmeter/testkit/chromium";
import { until } from "@pushmeter/testkit/poll";
import { SeededRandom } from "@pushmeter/testkit/random";
import type { Process } from "@pushmeter/testkit/servers/process";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seen, startDev } from "./dev.ts";
import { Instance } from "./fleet.ts";

const random = new SeededRandom(5);
const isMissing = !findChromium();

if (isMissing) {
  console.warn(
    "The live page's tests are skipped: install Chromium (Debian: chromium-headless-shell), or name it in CHROMIUM_BIN",
  );
}

describe.skipIf(isMissing)("the live page", () => {
  let dev: Process;
  let browser: Browser;
  let page: Page;
  const failures: Error[] = [];
  beforeAll(async () => {
    dev = await startDev();
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: "dark" });
    page.on("pageerror", (error) => failures.push(error));
    await page.goto(dev.url);
  });
  afterAll(async () => {
    await browser?.close();
    await dev?.stop();
  });
  const instance = () => new Instance(remoteWrite({ url: `${dev.url}/api/v1/write` }), random);
  const text = (selector: string) => page.textContent(selector);
  const serve = async (one: Instance, requests: number) => {
    for (let i = 0; i < requests; i++) await one.request();
  };

  it("says where to push before there is a push", async () => {
    await page.waitForSelector("#waiting:not([hidden]) code");
    expect(await text("#waiting")).toContain(`PUSHMETER_REMOTE_WRITE_URL=${dev.url}/api/v1/write`);
  });

  it("shows requests, routes, own metrics, the instance and its push without being loaded anew", async () => {
    const one = instance();
    await serve(one, 40);
    expect(await one.push()).toBe(true);
    await page.waitForFunction(() => document.querySelector("#stat-requests .value")?.textContent === "40");
    expect(await text("#calls")).toContain("GET /courses/:id");
    expect(await text("#custom")).toMatch(/app_search_results.*histogram/);
    expect(await text("#pushes")).toMatch(/remote write.*204 stored/);
    expect(await page.locator("#lanes svg .lane.live").count()).toBe(1);
    expect(await page.locator("#rate canvas").count()).toBe(1);
    await one.end();
  });

  it("is cut with the key c; afterwards the totals catch up", async () => {
    await page.keyboard.press("c");
    await page.waitForFunction(() => document.querySelector("#status")?.textContent?.includes("cut"));
    // Longer than a push and its retries take.
    await fetch(`${dev.url}/live/cut?seconds=60`, { method: "POST" });
    const one = instance();
    await serve(one, 15);
    expect(await one.push()).toBe(false);
    await page.waitForFunction(() =>
      document.querySelector("#pushes")?.textContent?.includes("503 the receiver is cut"),
    );
    expect((await seen(dev.url)).requests).toBe(40);
    await fetch(`${dev.url}/live/cut?seconds=1`, { method: "POST" });
    await until("the push is stored", () => one.push(), Boolean);
    await page.waitForFunction(() => document.querySelector("#stat-requests .value")?.textContent === "55");
    await one.end();
  });

  it("pauses and goes on with the key p", async () => {
    const one = instance();
    await page.keyboard.press("p");
    expect(await page.getAttribute("#pause", "aria-pressed")).toBe("true");
    await serve(one, 5);
    await one.push();
    await until(
      "it is counted",
      () => seen(dev.url),
      ({ requests }) => requests === 60,
    );
    await page.waitForFunction(() => document.querySelector("#status")?.textContent?.includes("paused"));
    expect(await text("#stat-requests .value")).toBe("55");
    await page.keyboard.press("p");
    await page.waitForFunction(() => document.querySelector("#stat-requests .value")?.textContent === "60");
    await one.end();
  });

  it("is reached by the Tab key alone, each stop visible, and its charts are read with the arrow keys", async () => {
    const stops: string[] = [];
    for (let i = 0; i < 9; i++) {
      await page.keyboard.press("Tab");
      stops.push(
        await page.evaluate(
          () => document.activeElement?.id || document.activeElement?.querySelector("table")?.id || "",
        ),
      );
      if (stops.at(-1) === "rate") {
        await page.keyboard.press("ArrowLeft");
        await page.waitForFunction(() =>
          document.querySelector("#rate + .legend li:last-child")?.textContent?.includes(":"),
        );
      }
    }
    expect(stops).toEqual(
      expect.arrayContaining(["cut", "pause", "rate", "latency", "calls", "custom", "pushes"]),
    );
  });

  it.each(["dark", "light"] as const)(
    "has readable text and no horizontal scrolling, %s, wide and narrow",
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 420]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
        const least = await page.evaluate(leastContrast);
        expect(least.ratio, least.text).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it("threw no error meanwhile", () => expect(failures).toEqual([]));
});

/** In the page: the text that is hardest to read, WCAG 2.2, 1.4.3. Large text counts half as much again. */
function leastContrast(): { ratio: number; text: string } {
  const parts = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: readonly number[]) => {
    const [r = 0, g = 0, b = 0] = colour.map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element: Element | null): readonly number[] => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.length === 3) return colour;
    }
    return [255, 255, 255];
  };
  let least = { ratio: 21, text: "" };
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    if (!text || !(element as HTMLElement).offsetParent || element.closest("svg")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(parts(style.color)), luminance(background(element))].sort((x, y) => y - x);
    const isLarge = Number.parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 600;
    const ratio = (((a ?? 0) + 0.05) / ((b ?? 0) + 0.05)) * (isLarge ? 1.5 : 1);
    if (ratio < least.ratio)
      least = { ratio, text: `${element.textContent?.trim().slice(0, 60)} ${style.color}` };
  }
  return least;
}
