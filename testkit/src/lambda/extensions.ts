/**
 * The Extensions API for internal extensions, with the refusals of the real one:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { answer } from "./answer.ts";

const LIMIT = 10;

interface Registered {
  readonly name: string;
  /** Its `event/next` that is not answered yet. */
  waiting: ServerResponse | undefined;
}

export class Extensions {
  readonly #registered = new Map<string, Registered>();
  readonly #refuseAll: boolean;
  /** True from the runtime's first `next` on: registrations are refused. */
  closed = false;
  /** The error types of the refusals. */
  readonly refused: string[] = [];

  constructor(refuseAll: boolean) {
    this.#refuseAll = refuseAll;
  }

  get size(): number {
    return this.#registered.size;
  }

  /** Whether each has asked for its next event. */
  get waiting(): boolean {
    return [...this.#registered.values()].every(({ waiting }) => waiting);
  }

  register(name: unknown, body: string, response: ServerResponse): void {
    const events = eventsOf(body);
    if (typeof name !== "string" || !name) {
      this.#refuse(response, 400, "Extension.InvalidExtensionName", "The name header is missing");
    } else if (!events) {
      this.#refuse(response, 400, "InvalidRequestFormat", "The body is not a registration");
    } else if (this.#refuseAll) {
      this.#refuse(response, 403, "Extension.RegistrationForbidden", "Extensions are refused here");
    } else if (this.closed) {
      this.#refuse(response, 403, "Extension.RegistrationClosed", "Registration ended with the init phase");
    } else if (events.some((event) => event !== "INVOKE")) {
      const message = `An internal extension may register for INVOKE only, got ${events}`;
      this.#refuse(response, 403, "ShutdownEventNotSupportedForInternalExtension", message);
    } else if ([...this.#registered.values()].some((other) => other.name === name)) {
      this.#refuse(response, 403, "Extension.AlreadyRegistered", `There is an extension ${name} already`);
    } else if (this.#registered.size >= LIMIT) {
      this.#refuse(response, 403, "Extension.TooManyExtensions", `At most ${LIMIT} extensions`);
    } else {
      const id = randomUUID();
      this.#registered.set(id, { name, waiting: undefined });
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
    if (!extension) {
      this.#refuse(response, 403, "Extension.UnknownExtensionIdentifier", "No extension has that id");
    } else {
      extension.waiting = response;
    }
  }

  /** Sends an event to every extension. */
  send(event: object): void {
    for (const extension of this.#registered.values()) {
      if (extension.waiting) answer(extension.waiting, 200, event);
      extension.waiting = undefined;
    }
  }

  #refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
    this.refused.push(errorType);
    answer(response, status, { errorType, errorMessage });
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
