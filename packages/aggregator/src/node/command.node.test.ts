import { afterEach, describe, expect, it, vi } from "vitest";
import { run } from "./command.ts";

describe("a command line that cannot work", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  const failing = async (...args: string[]) => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await run(args)).toBe(2);
    return written.mock.calls.map(([text]) => text).join("");
  };

  it.each([
    [["--prot", "1"], "Unknown option '--prot'. See pushmeter-aggregator --help"],
    [["--port", "http"], "--port must be a whole number, got a string of 4 characters"],
    [["--port", "70000"], "port must be a whole number from 0 to 65535, got 70000"],
    [["--interval", "15"], "--interval must be a duration such as 15s, 500ms, 5m, 12h or 1d"],
    [["--interval", "5m"], "every must be a whole number of milliseconds from 100 to 60000, got 300000"],
    [["--label", "region"], "--label must be name=value, such as region=eu"],
    [
      ["--label", "a-b=c"],
      "labels.a-b must be a string that is not empty, under a Prometheus label name, got a string of 1 characters",
    ],
    [["--shards", "0"], "shards must be a whole number from 1 to 1000, got 0"],
    [["--histograms", "x"], 'histograms must be "classic" or "native", got a string of 1 characters'],
    [["--host", "0.0.0.0"], "needs a token to listen on 0.0.0.0: without one it listens on 127.0.0.1 only"],
    [
      ["--remote-write", "x"],
      "remoteWrite url must be an absolute http or https URL, got a string of 1 characters",
    ],
    [["--store", "/no/such/a.db"], "store: there is no folder /no/such"],
    [["x"], "Unexpected argument 'x'. See pushmeter-aggregator --help"],
  ])("%o fails with one sentence", async (args, sentence) => {
    vi.stubEnv("PUSHMETER_REMOTE_WRITE_URL", "");
    expect(await failing(...args)).toBe(`pushmeter-aggregator: ${sentence}\n`);
  });

  it.each([
    ["PUSHMETER_SERVICE_TOKENS", "courses=secret", "PUSHMETER_SERVICE_TOKENS must be JSON such as"],
    [
      "PUSHMETER_TOKEN",
      "secret,secret,secret",
      "token must be a string that is not empty, or an array of two",
    ],
    ["PUSHMETER_OTLP_URL", "http://secret/", "PUSHMETER_OTLP_URL cannot take the totals"],
  ])("does so for %s, which is not quoted", async (variable, value, sentence) => {
    vi.stubEnv(variable, value);
    const text = await failing("--port", "0", "--store", ":memory:");
    expect(text).toContain(sentence);
    expect(text).not.toContain("secret");
  });
});
