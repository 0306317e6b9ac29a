/** `npm run dev:latency`: how long it takes from the beginning of a push until the page has drawn what it says. */
import { setTimeout as sleep } from "node:timers/promises";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { launchChromium } from "@pushmeter/testkit/chromium";
import { SeededRandom } from "@pushmeter/testkit/random";
import { startDev } from "./dev.ts";
import { Instance } from "./fleet.ts";

const PUSHES = 30;
const random = new SeededRandom(2);
const dev = await startDev();
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(dev.url);
  const drawn = (total: number) =>
    page.evaluate(
      (text) =>
        new Promise<number>((resolve) => {
          const look = () => {
            const isThere = document.querySelector("#stat-requests .value")?.textContent === text;
            // The frame after the one in which it is there has drawn it.
            if (isThere) requestAnimationFrame(() => requestAnimationFrame(() => resolve(Date.now())));
            else requestAnimationFrame(look);
          };
          look();
        }),
      `${total}`,
    );
  const instance = new Instance(remoteWrite({ url: `${dev.url}/api/v1/write` }), random, { every: 60_000 });
  const times: number[] = [];
  for (let i = 1; i <= PUSHES; i++) {
    for (let j = 0; j < 20; j++) await instance.request();
    const looking = drawn(20 * i);
    await sleep(20 + random.below(400));
    const start = Date.now();
    await instance.push();
    times.push((await looking) - start);
  }
  const [median, most] = [times.toSorted((a, b) => a - b)[PUSHES / 2], Math.max(...times)];
  console.log(`from push to pixel, ${PUSHES} pushes: ${median} ms in the median, ${most} ms at most`);
  await instance.end();
} finally {
  await browser.close();
  await dev.stop();
}
