/** `transport.ts` for the edge, where `fetch` is all there is. */
import type { Send } from "./attempt.ts";

export const send: Send | undefined = undefined;
