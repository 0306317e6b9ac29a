/**
 * The Extensions API for internal and external extensions, with the refusals of the service's own emulator:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html and
 * https://github.com/aws/aws-lambda-runtime-interface-emulator, `internal/lambda/rapi/handler`
 */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { answer } from "./answer.ts";

const LIMIT = 10;

interface Registered {
  readonly name: string;
  readonly events: readonly string[];
  /** Its `event/next` that is not answered yet. */
  waiting: ServerResponse | undefined;
}

export interface ExtensionsOptions {
  readonly refuseAll: boolean;
  /** The names of the layer's programs. */
  readonly external: readonly string[];
}

export class Extensions {
  readonly #registered = new Map<string, Registered>();
  readonly #options: ExtensionsOptions;
  readonly #allWait = Promise.withResolvers<void>();
  /** True from the runtime's first `next` on: registrations are refused. */
  closed = false;
  /** The error types of the refusals. */
  readonly refused: string[] = [];

  constructor(options: ExtensionsOptions) {
    this.#options = options;
    this.#checkExternal();
  }

  get size(): number {
    return this.#registered.size;
  }

  /** Whether each has asked for its next event. */
  get waiting(): boolean {
    return [...this.#registered.values()].every(({ waiting }) => waiting);
  }

  /** When all external extensions are registered and wait: the runtime starts. */
  get externalReady(): Promise<void> {
    return this.#allWait.promise;
  }

  register(name: unknown, body: string, response: ServerResponse): void {
    const events = eventsOf(body);
    const isExternal = this.#options.external.includes(`${name}`);
    if (typeof name !== "string" || !name) {
      this.#refuse(response, "Extension.InvalidExtensionName", "Empty extension name");
    } else if (!events) {
      this.#refuse(response, "InvalidRequestFormat", "The body is not a registration");
    } else if (this.#options.refuseAll && !isExternal) {
      this.#refuse(response, "Extension.RegistrationClosed", "Extensions are refused here");
    } else if (events.some((event) => event === "SHUTDOWN") && !isExternal) {
      const message = "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension";
      this.#refuse(response, "Extension.InvalidEventType", message);
    } else if (events.some((event) => event !== "INVOKE" && event !== "SHUTDOWN")) {
      this.#refuse(response, "Extension.InvalidEventType", `${events}: ErrorInvalidEventType`);
    } else if (this.closed) {
      this.#refuse(response, "Extension.RegistrationClosed", "Extension registration closed already");
    } else if ([...this.#registered.values()].some((other) => other.name === name)) {
      this.#refuse(
        response,
        "Extension.InvalidExtensionState",
        "Extension with this name already registered",
      );
    } else if (this.#registered.size >= LIMIT) {
      this.#refuse(response, "Extension.TooManyExtensions", `Extension limit (${LIMIT}) reached`);
    } else {
      const id = randomUUID();
      this.#registered.set(id, { name, events, waiting: undefined });
      response.setHeader("Lambda-Extension-Identifier", id);
      answer(response, 200, {
        functionName: "courses",
        functionVersion: "$LATEST",
        handler: "index.handler",
      });
    }
  }

  next(id: unknown, response: ServerResponse): void {
    const extension = typeof id === "string" ? this.#registered.get(id) : undefined;
    if (typeof id !== "string") {
      this.#refuse(response, "Extension.MissingExtensionIdentifier", "The identifier header is missing");
    } else if (!extension) {
      this.#refuse(response, "Extension.UnknownExtensionIdentifier", `Unknown extension ${id}`);
    } else {
      extension.waiting = response;
      this.#checkExternal();
    }
  }

  /** Sends an event to every extension that is registered for it. */
  send(event: Readonly<Record<string, unknown>> & { readonly eventType: "INVOKE" | "SHUTDOWN" }): void {
    for (const extension of this.#registered.values()) {
      if (!extension.waiting || !extension.events.includes(event.eventType)) continue;
      answer(extension.waiting, 200, event);
      extension.waiting = undefined;
    }
  }

  #checkExternal(): void {
    const ready = (name: string) =>
      [...this.#registered.values()].some((one) => one.name === name && one.waiting);
    if (this.#options.external.every(ready)) this.#allWait.resolve();
  }

  #refuse(response: ServerResponse, errorType: string, errorMessage: string): void {
    this.refused.push(errorType);
    answer(response, 403, { errorType, errorMessage });
  }
}

function eventsOf(body: string): string[] | undefined {
  try {
    const { events } = JSON.parse(body) as { events?: unknown };
    return Array.isArray(events) ? events.map(String) : undefined;
  } catch {
    return undefined;
  }
}
