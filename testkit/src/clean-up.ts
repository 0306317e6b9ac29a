/** For `setupFiles` of a project whose files share processes: each file leaves the next what it found itself. */
import { afterAll, vi } from "vitest";

afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
