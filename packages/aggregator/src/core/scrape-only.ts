import type { Destination } from "@pushmeter/sdk";

const SCRAPE_ONLY: Destination = {
  timestamps: false,
  export: (_, callback) => callback({ code: 0 }),
  forceFlush: async () => {},
  pause: async () => {},
  shutdown: async () => {},
};

/**
 * Pushes nothing: the totals are scraped from `GET /metrics`. There a new counter stands at zero for one interval, so
 * that a scrape sees its zero. Scrape at least once per interval.
 */
export function scrapeOnly(): Destination {
  return SCRAPE_ONLY;
}
