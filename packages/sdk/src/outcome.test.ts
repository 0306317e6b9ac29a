import { describe, expect, it } from "vitest";
import type { Ending } from "./invocation.ts";
import { errorTypeOf, outcomeOf } from "./outcome.ts";

class QuotaError extends Error {}
class Named extends Error {
  override readonly name = "NamedError";
}
const threw = (error: unknown, status = 500): Ending => ({ status, thrown: { error } });

describe("outcome and error.type", () => {
  it.each<[string, Ending, string, string | undefined]>([
    ["200", { status: 200 }, "success", undefined],
    ["101", { status: 101 }, "success", undefined],
    ["304", { status: 304 }, "success", undefined],
    ["404", { status: 404 }, "client_error", undefined],
    ["503", { status: 503 }, "server_error", "503"],
    ["no status, no error", {}, "success", undefined],
    ["a thrown Error", threw(new TypeError("x")), "exception", "TypeError"],
    ["a class that sets no name", threw(new QuotaError("x")), "exception", "QuotaError"],
    ["a named class", threw(new Named("x")), "exception", "NamedError"],
    ["a thrown string", threw("secret text"), "exception", "_OTHER"],
    ["a thrown undefined", threw(undefined), "exception", "_OTHER"],
    ["a time-out", threw(new DOMException("x", "TimeoutError")), "timeout", "TimeoutError"],
    ["a client that went away", threw(new DOMException("x", "AbortError")), "canceled", "AbortError"],
    ["a body that broke", { ...threw(new TypeError("x"), 200), isLate: true }, "exception", "TypeError"],
    ["an error that became a 404", threw(new Error("x"), 404), "client_error", undefined],
  ])("%s", (_, ending, outcome, errorType) => {
    expect(outcomeOf(ending)).toBe(outcome);
    expect(errorTypeOf(ending)).toBe(errorType);
  });

  it("keep a message that hides in an error's name out of the labels", () => {
    const error = new Error("x");
    error.name = "user 4711 not found";
    expect(errorTypeOf(threw(error))).toBe("_OTHER");
  });

  it("survive an error whose getters throw", () => {
    const error = Object.defineProperty(new Error("x"), "name", {
      get() {
        throw new Error("gotcha");
      },
    });
    expect(errorTypeOf(threw(error))).toBe("_OTHER");
  });
});
