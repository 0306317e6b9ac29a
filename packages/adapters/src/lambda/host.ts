/** What the functions of one process share. */
import type { Extension } from "./extension.ts";
import type { Variables } from "./resource.ts";
import type { Shutdown } from "./shutdown.ts";

export interface Host {
  readonly env: Variables;
  readonly extension: Extension | undefined;
  /** Why there is no extension, where one could be expected. */
  readonly refusal: string | undefined;
  readonly shutdown: Shutdown;
}
