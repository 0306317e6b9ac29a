import { describe, expect, it } from "vitest";
import type { Answer } from "../http/attempt.ts";
import { type Asked, decide, type Known, mayBeStored, partsFor } from "./decide.ts";

const known: Known = { version: 2, isAuto: true, isConfirmed: true, isHopeless: false };
const values: Asked = {
  kind: "values",
  entries: { length: 3 },
  opened: { length: 0 },
  hasNative: false,
  limited: 0,
  isUnclear: false,
};
const only1: Known = { ...known, version: 1 };
const first: Asked = { ...values, opened: { length: 3 } };
const one: Asked = { ...values, entries: { length: 1 } };
const again: Asked = { ...values, isUnclear: true };
const openings: Asked = { ...values, kind: "openings" };
const native: Asked = { ...values, hasNative: true };
const many: Asked = { ...values, entries: { length: 100 }, limited: 3 };

const answer = (status: number, body = "", headers: Record<string, string> = {}): Answer => ({
  status,
  body,
  headers: new Headers(headers),
  bytes: new Uint8Array(),
  failure: status ? undefined : "unreachable",
});
/** With the headers of a receiver that understands version 2.0. */
const counted = (status: number, body = "", samples = 3) =>
  answer(status, body, {
    "x-prometheus-remote-write-samples-written": `${samples}`,
    "x-prometheus-remote-write-histograms-written": "0",
  });

const CONFLICT = "out of order sample";
const LATE = "too old sample for series {}";
const TOO_OLD = "out of bounds";
const TOO_NEW = "out of bounds: timestamp is too far in the future";
const MIMIR_BURST = "the ingestion burst size limit, set to 20, with 55 items";

describe("decide", () => {
  it.each<[what: string, Known, Asked, Answer, action: string]>([
    ["no answer", known, values, answer(0), "retry"],
    ["stored", known, values, counted(204), "done"],
    ["stored, 1.0", only1, values, answer(204), "done"],
    ["stored in part, says a 2xx", known, values, counted(200, "", 1), "done"],
    ["a login page", known, values, answer(200, "<!doctype html>"), "give up"],
    ["a login page, 1.0", only1, values, answer(200, "<html>"), "give up"],
    ["2.0 not understood", known, values, answer(204), "fall back to 1.0"],
    [
      "2.0 not understood and nothing else allowed",
      { ...known, isAuto: false },
      values,
      answer(204),
      "give up",
    ],
    ["415", known, values, answer(415), "fall back to 1.0"],
    ["415, 1.0", only1, values, answer(415), "give up"],
    ["400 of an old receiver", { ...known, isConfirmed: false }, values, answer(400), "fall back to 1.0"],
    ["400 of a proxy before one that knows 2.0", known, values, answer(400, "no"), "split"],
    ...[500, 501, 502, 503, 504, 599].map(
      (status) =>
        [`${status}`, known, values, answer(status), "retry"] as [string, Known, Asked, Answer, string],
    ),
    ...[301, 401, 403, 404, 405].map(
      (status) =>
        [`${status}`, known, values, answer(status), "give up"] as [string, Known, Asked, Answer, string],
    ),
    ["429", known, values, counted(429), "retry"],
    ["429 again and again", known, many, answer(429), "split"],
    [
      "429 that tells a burst",
      known,
      { ...values, entries: { length: 55 } },
      answer(429, MIMIR_BURST),
      "split",
    ],
    ["429 of one series", known, one, answer(429, "maximum allowed burst of 0"), "retry"],
    ["413", known, values, answer(413), "split"],
    ["413 of one series", known, one, answer(413), "drop"],
    ["413 of openings", known, openings, answer(413), "done"],
    [
      "no native histograms",
      known,
      native,
      counted(500, "native histograms are disabled"),
      "fall back to classic",
    ],
    [
      "a 500 without native histograms",
      known,
      values,
      counted(500, "native histograms are disabled"),
      "retry",
    ],
    ["openings: stored", known, openings, counted(204), "done"],
    ["openings: there already", known, openings, counted(400, CONFLICT), "done"],
    ["openings: refused", known, openings, counted(400, "limit"), "done"],
    ["openings: not now", known, openings, answer(503), "retry"],
    [
      "first values that were there already",
      known,
      first,
      counted(400, CONFLICT),
      "fall back to separate openings",
    ],
    [
      "the same, by an out-of-order window",
      known,
      first,
      counted(400, LATE),
      "fall back to separate openings",
    ],
    [
      "first values with a zero that is too old",
      only1,
      first,
      answer(400, TOO_OLD),
      "fall back to separate openings",
    ],
    ["first values, a limit, 2.0", known, first, counted(400, "limit"), "drop"],
    ["first values, a limit, 1.0", only1, first, answer(400, "limit"), "split"],
    ["a conflict", known, values, counted(400, CONFLICT), "drop"],
    ["a conflict, 1.0", only1, values, answer(400, CONFLICT), "split"],
    ["a conflict after an unclear answer", known, again, counted(400, CONFLICT), "done"],
    ["a conflict after an unclear answer, Thanos", only1, again, answer(409, CONFLICT), "done"],
    ["another refusal after an unclear answer", only1, again, answer(400, "limit"), "split"],
    ["too old", only1, values, answer(400, TOO_OLD), "give up"],
    ["too new", only1, values, answer(400, TOO_NEW), "give up"],
    ["too new, with openings", known, first, counted(400, TOO_NEW), "give up"],
    ["refused in part, though all is counted, 2.0", known, values, counted(400, "limit", 3), "drop"],
    ["one refused", only1, one, answer(400, "no"), "drop"],
    ["everything refused lately", { ...only1, isHopeless: true }, values, answer(400, "no"), "give up"],
  ])("%s", (_, state, asked, came, action) => {
    expect(decide(state, asked, came)).toBe(action);
  });

  it("never takes a 4xx for a success, but for a conflict about what may be stored already", () => {
    for (let status = 400; status < 500; status++) {
      for (const state of [known, only1, { ...known, isConfirmed: false }]) {
        for (const asked of [values, first, one, again, native, many]) {
          for (const body of ["", CONFLICT, LATE, TOO_OLD, TOO_NEW, "limit", "<html>"]) {
            const isDone = decide(state, asked, counted(status, body)) === "done";
            const isKnown = asked === again && [400, 409].includes(status) && [CONFLICT, LATE].includes(body);
            expect(isDone, `${status} ${body}`).toBe(isKnown);
          }
        }
      }
    }
  });
});

describe("what may be stored", () => {
  const refused = { ...answer(0, "TypeError: fetch failed ECONNREFUSED") };
  it.each<[what: string, Known, Asked, Answer, may: boolean]>([
    ["a lost answer", known, values, answer(0, "connection reset"), true],
    ["a time-out", known, values, { ...answer(0), failure: "timeout" }, true],
    ["a connection refused", known, values, refused, false],
    ["a 500", known, values, answer(500), true],
    ["a 429", known, values, counted(429), false],
    ["a 401", known, values, answer(401), false],
    ["a 415: Prometheus stores and says so", known, values, answer(415), true],
    ["2.0 not understood", known, values, answer(204), false],
    ["a 400", known, values, answer(400), true],
    ["values too old", known, values, counted(400, TOO_OLD), false],
    ["values too new", known, values, counted(400, TOO_NEW), false],
    ["values too new with openings before them", known, first, counted(400, TOO_NEW), true],
  ])("after %s", (_, state, asked, came, may) => {
    expect(mayBeStored(state, asked, came)).toBe(may);
  });
});

describe("a rate limit", () => {
  it("that tells its burst makes parts that fit", () => {
    const asked = { ...first, entries: { length: 50 }, opened: { length: 10 } };
    expect(partsFor(asked, answer(429, MIMIR_BURST))).toBe(3);
    expect(partsFor(asked, answer(429, "10 items/s with a maximum allowed burst of 100"))).toBe(1);
    expect(partsFor(asked, answer(200, MIMIR_BURST))).toBe(1);
  });
});
