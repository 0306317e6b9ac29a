import type { Destination } from "@pushmeter/sdk";

/** The way that a mode goes. */
export interface Way {
  /** Called once per instance. */
  destination(): Destination;
  stop(): Promise<void>;
}
