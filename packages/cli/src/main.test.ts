import { describe, expect, it } from "vitest";
import { run } from "./main.ts";
import { World } from "./testing/world.ts";

describe("pushmeter", () => {
  it.each([[[]], [["--help"]], [["help"]]])("lists the commands for %j", async (args) => {
    const world = new World();
    expect(await run(args, world)).toBe(0);
    expect(world.stdout.text).toMatch(/^ {2}dev +\w/m);
  });

  it.each(["dev"])("%s --help lists its options and does nothing else", async (command) => {
    const world = new World();
    expect(await run([command, "--help"], world)).toBe(0);
    expect(world.stdout.text).toMatch(new RegExp(`^pushmeter ${command}[^]*--help`));
  });

  it.each([
    [["devv"], 'There is no command "devv", there are: dev'],
    [["dev", "--prot", "1"], "Unknown option '--prot', known are --port"],
    [["dev", "--port", "x"], "--port must be a whole number from 0 to 65535"],
    [["dev", "here"], "pushmeter dev takes options only"],
  ])("refuses %j with one sentence and status 2", async (args, sentence) => {
    const world = new World();
    expect(await run(args, world)).toBe(2);
    expect(world.stderr.text).toContain(sentence);
    expect(world.stderr.text.trim().split("\n")).toHaveLength(1);
    expect(world.stdout.text).toBe("");
  });
});
