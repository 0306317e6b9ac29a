import { readFile } from "node:fs/promises";
import { GUIDES, kindsOf } from "@pushmeter/testkit/receivers/guides";
import { ZOO } from "@pushmeter/testkit/receivers/zoo";
import { expect, it } from "vitest";
import { receiversText } from "./guide-text.ts";

it("docs/receivers.md is what `npm run docs:receivers` writes", async () => {
  const written = await readFile(new URL("../../docs/receivers.md", import.meta.url), "utf8");
  expect(written).toBe(receiversText());
});

it("every tested receiver stands in exactly one section", () => {
  const sections = ZOO.map((kind) => GUIDES.filter((guide) => kindsOf(guide, [kind]).length).length);
  expect(sections).toEqual(ZOO.map(() => 1));
});
