import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CASES, NOT_APPLICABLE } from "./cases.ts";

it("every upstream case is tried here by its name, or listed with the reason why not", async () => {
  const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".test.ts"));
  const sources = await Promise.all(files.map((name) => readFile(join(import.meta.dirname, name), "utf8")));
  const titles = [...sources.join("\n").matchAll(/"((?:Test|\w+_)[\w%]+)[:" ]/g)].map(
    ([, title = ""]) => title,
  );
  // One title may stand for several statuses.
  const isTried = (name: string) =>
    titles.some((title) => title === name || title === name.replace(/\d+$/, "%i"));
  const cases = Object.entries(CASES).flatMap(([test, names]) =>
    names.split(" ").filter(Boolean).concat(test),
  );
  const tests = cases.filter((name) => name !== "TestExemplarEncoding");
  expect(tests.filter((name) => !isTried(name) && !(name in NOT_APPLICABLE))).toEqual([]);
  expect(Object.keys(NOT_APPLICABLE).filter((name) => isTried(name) || !cases.includes(name))).toEqual([]);
});
