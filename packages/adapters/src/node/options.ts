/** The options that the adapters for Node's servers take. What a callback throws is reported to `onError`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Attributes } from "@opentelemetry/api";
import { checkFunction, checkNames } from "@pushmeter/sdk/adapter";
import type { ScrapeOptions } from "../scraping.ts";

/** The options of `instrumentHttp`, `instrumentExpress` and `instrumentFastify`. */
export interface NodeOptions extends ScrapeOptions {
  /**
   * The route's pattern, e.g. `/courses/:id`. Never return a raw path: each value becomes series. Undefined: the pattern
   * that the framework matched, else none.
   */
  route?(request: IncomingMessage): string | undefined;
  /** True: the request is not measured. */
  ignore?(request: IncomingMessage): boolean;
  /** More attributes. Keep their values few: each instrument has at most 2,000 sets of attributes. */
  attributes?(request: IncomingMessage, response: ServerResponse): Attributes | undefined;
}

/** @throws TypeError for an option that is unknown or unusable. */
export function checkNodeOptions(adapter: string, options: NodeOptions): void {
  checkNames(adapter, options, "route ignore attributes metrics");
  const { route, ignore, attributes } = options;
  for (const [name, value] of Object.entries({ route, ignore, attributes })) {
    checkFunction(`${adapter} ${name}`, value);
  }
}
