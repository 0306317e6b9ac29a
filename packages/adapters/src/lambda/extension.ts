/**
 * An internal extension: runs work after the response. Lambda freezes the environment only once the runtime and
 * every extension wait for the next invocation, so work that ends before `event/next` is called again is not
 * frozen, and the caller already has the response.
 */
import { ExtensionsApi } from "./extensions-api.ts";
import type { Variables } from "./resource.ts";

type Task = () => Promise<unknown>;

/** How long the extension waits for an invocation's handler to begin, ms: a user's wrapper may never call it. */
const LONGEST_BEGIN = 250;

export class Extension {
  readonly #api: ExtensionsApi;
  readonly #id: string;
  #current: Turn | undefined;
  /** The last invocation that the extension stopped waiting for. */
  #letGo: string | undefined;
  #lost = false;

  /** @param id - from the registration. Calls `next` at once, as the service demands. */
  constructor(api: ExtensionsApi, id: string) {
    this.#api = api;
    this.#id = id;
    void this.#run();
  }

  /**
   * @returns a function that takes the work for after the response; undefined if the extension cannot run it, and
   * the handler has to await it.
   */
  begin(requestId: string): ((task: Task) => void) | undefined {
    if (this.#lost || this.#letGo === requestId) return undefined;
    const { begun, task } = this.#turnOf(requestId);
    begun.resolve(true);
    return task.resolve;
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const requestId = await this.#api.next(this.#id);
        const turn = this.#turnOf(requestId);
        const timeUp = setTimeout(() => turn.begun.resolve(false), LONGEST_BEGIN);
        const begun = await turn.begun.promise;
        clearTimeout(timeUp);
        if (!begun) {
          this.#letGo = requestId;
          continue;
        }
        const task = await turn.task.promise;
        // The runtime posts the response in the turns after the handler has settled.
        await nextTurn();
        await nextTurn();
        await task();
      }
    } catch {
      // Without the API nothing runs after the response: from now on handlers await their pushes.
      this.#lost = true;
    }
  }

  /** Runtime and extension get an invocation at the same time, in either order. */
  #turnOf(requestId: string): Turn {
    if (this.#current?.requestId !== requestId) this.#current = new Turn(requestId);
    return this.#current;
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

class Turn {
  readonly requestId: string;
  readonly begun = Promise.withResolvers<boolean>();
  readonly task = Promise.withResolvers<Task>();

  constructor(requestId: string) {
    this.requestId = requestId;
  }
}

/** An extension, or why there is none; without a reason where none could be expected. */
export type Registration = { readonly extension: Extension } | { readonly refusal: string | undefined };

/** The address of the Extensions API, or why no extension is possible or wanted. */
export function extensionsAddress(env: Variables): string | { readonly refusal: string | undefined } {
  const { AWS_LAMBDA_RUNTIME_API, AWS_LAMBDA_MAX_CONCURRENCY, OTEL_SDK_DISABLED } = env;
  const isOff = OTEL_SDK_DISABLED?.toLowerCase() === "true";
  // Managed Instances are not frozen: they need none.
  if (isOff || AWS_LAMBDA_MAX_CONCURRENCY) return { refusal: undefined };
  if (env.PUSHMETER_LAMBDA_EXTENSION?.toLowerCase() === "false") {
    return { refusal: "PUSHMETER_LAMBDA_EXTENSION is false" };
  }
  return AWS_LAMBDA_RUNTIME_API || { refusal: undefined };
}

/** Registers before the runtime asks for its first invocation; later the service refuses. */
export async function registerExtension(env: Variables): Promise<Registration> {
  const address = extensionsAddress(env);
  if (typeof address !== "string") return address;
  try {
    const api = new ExtensionsApi(address);
    return { extension: new Extension(api, await api.register()) };
  } catch (error) {
    return { refusal: `Lambda refused the extension: ${error}` };
  }
}
