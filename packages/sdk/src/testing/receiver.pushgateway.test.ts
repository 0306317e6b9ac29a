import { describe, expect, it } from "vitest";
import { Receiver } from "./receiver.ts";

class Sender {
  now = 1_700_000_000_000;
  readonly receiver = new Receiver({ now: () => this.now });

  async send(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<string> {
    const request = new Request(`http://gateway/metrics/${path}`, { method, headers, body: body ?? null });
    const response = await this.receiver.fetch(request);
    return `${response.status} ${(await response.text()).trim()}`;
  }

  put(path: string, body: string): Promise<string> {
    return this.send("PUT", path, body);
  }

  /** `name{label="value"} value` of all that was pushed, without the gateway's own. */
  get lines(): string[] {
    return this.receiver
      .series()
      .filter(({ name }) => !/^push_(failure_)?time_seconds$/.test(name))
      .map(({ name, labels, samples }) => `${name} ${JSON.stringify(labels)} ${samples.at(-1)?.value}`)
      .sort();
  }
}

async function gzip(text: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe("Receiver as Pushgateway", () => {
  it("reads every type of metric, with the group's labels over the body's", async () => {
    const sender = new Sender();
    const text = [
      "# HELP a_total With \\\\ and \\n.",
      "# TYPE a_total counter",
      'a_total{job="mine",path="C:\\\\x \\"y\\"\\nz",} 5',
      "# a comment",
      "",
      "# TYPE h histogram",
      'h_bucket{le="1"} 1',
      'h_bucket{le="+Inf"} 2',
      "h_sum 3.5e0",
      "h_count 2",
      "# TYPE s summary",
      's{quantile="0.5"} .25',
      "s_sum 1",
      "s_count 4",
      "untyped{} -Inf\n",
    ];
    expect(await sender.put("job/x/instance/1", text.join("\n"))).toBe("200 ");
    expect(sender.lines).toEqual([
      'a_total {"job":"x","path":"C:\\\\x \\"y\\"\\nz","instance":"1"} 5',
      'h_bucket {"le":"+Inf","job":"x","instance":"1"} 2',
      'h_bucket {"le":"1.0","job":"x","instance":"1"} 1',
      'h_count {"job":"x","instance":"1"} 2',
      'h_sum {"job":"x","instance":"1"} 3.5',
      's {"quantile":"0.5","job":"x","instance":"1"} 0.25',
      's_count {"job":"x","instance":"1"} 4',
      's_sum {"job":"x","instance":"1"} 1',
      'untyped {"job":"x","instance":"1"} -Infinity',
    ]);
    expect(sender.receiver.total("a_total", { job: "x" })).toBe(5);
  });

  it.each([
    ["0", "0.0"],
    ["0.005", "0.005"],
    ["1", "1.0"],
    ["+2.50", "2.5"],
    ["999999", "999999.0"],
    ["1000000", "1e+06"],
    ["1048576", "1.048576e+06"],
    ["0.0001", "0.0001"],
    ["0.00001", "1e-05"],
    ["inf", "+Inf"],
  ])('shows le="%s" as Prometheus 3 does after a scrape: "%s"', async (le, normal) => {
    const sender = new Sender();
    await sender.put(
      "job/x",
      `# TYPE h histogram\nh_bucket{le="${le}"} 1\n# TYPE g gauge\ng{le="${le}"} 1\n`,
    );
    expect(sender.receiver.series("h_bucket")[0]?.labels.le).toBe(normal);
    // Only a histogram's.
    expect(sender.receiver.series("g")[0]?.labels.le).toBe(le);
  });

  it("replaces the group on PUT, the same-named metrics on POST, and removes it on DELETE", async () => {
    const sender = new Sender();
    await sender.put("job/x", 'a{l="1"} 1\nb 1\n');
    await sender.put("job/x/instance/2", "a 20\n");
    expect(await sender.send("POST", "job/x", 'a{l="2"} 2\n')).toBe("200 ");
    expect(sender.lines).toEqual([
      'a {"job":"x","instance":"2"} 20',
      'a {"l":"2","job":"x"} 2',
      'b {"job":"x"} 1',
    ]);
    await sender.put("job/x", "c 3\n");
    expect(sender.lines).toEqual(['a {"job":"x","instance":"2"} 20', 'c {"job":"x"} 3']);
    expect(await sender.send("DELETE", "job/x")).toBe("202 ");
    expect(await sender.send("DELETE", "job/never")).toBe("202 ");
    expect(sender.lines).toEqual(['a {"job":"x","instance":"2"} 20']);
    expect(sender.receiver.series("push_time_seconds")).toHaveLength(1);
  });

  it("knows a group by its labels, in whatever order and form the path has them", async () => {
    const sender = new Sender();
    await sender.put("job/x/a/1/b/2", "m 1\n");
    await sender.put("job@base64/eA==/b@base64/Mg/a/1", "m 2\n");
    expect(sender.receiver.total("m")).toBe(2);
  });

  it("has the time of the last push and of the last failure in each group", async () => {
    const sender = new Sender();
    await sender.put("job/x", "# TYPE a gauge\na 1\n");
    expect(sender.receiver.series("push_time_seconds")).toEqual([
      {
        name: "push_time_seconds",
        labels: { job: "x" },
        samples: [{ value: 1_700_000_000, timestamp: 1_700_000_000_000 }],
      },
    ]);
    expect(sender.receiver.total("push_failure_time_seconds")).toBe(0);
    sender.now += 1500;
    await sender.put("job/x", "# TYPE a gauge\na 1\na 2\n");
    expect(sender.receiver.total("push_time_seconds")).toBe(1_700_000_000);
    expect(sender.receiver.total("push_failure_time_seconds")).toBe(1_700_000_001.5);
    await sender.put("job/x", "");
    expect(sender.receiver.total("push_time_seconds")).toBe(1_700_000_001.5);
    expect(sender.receiver.total("push_failure_time_seconds")).toBe(1_700_000_001.5);
    expect(sender.lines).toEqual([]);
  });

  it.each([
    ["job@base64/L3Zhci90bXA=", { job: "/var/tmp" }],
    ["job@base64/8J-YgC_Dvw", { job: "😀/ÿ" }],
    ["job/a+b%20c", { job: "a+b c" }],
    ["job/x/empty@base64/=", { job: "x" }],
    ["job/x/instance/http:~", { job: "x", instance: "http:~" }],
  ])("reads the path %s", async (path, labels) => {
    const sender = new Sender();
    expect(await sender.put(path, "a 1\n")).toBe("200 ");
    expect(sender.receiver.series("a")[0]?.labels).toEqual(labels);
  });

  it.each([
    ["job/a%2Fb", "400 %2F in the path"],
    ["job/a%2fb/c/d", "400 %2F in the path"],
    ["job/x/instance", "400 odd number of components"],
    ["job/x/instance/", "400 label instance has no value"],
    ["job/x/__a/1", "400 improper label name"],
    ["job/x/a.b/1", "400 improper label name"],
    ["job/x/job/y", "400 label job is in the path twice"],
    ["job@base64/=", "400 job name is required"],
    ["job@base64/a+b=", "400 invalid base64"],
    ["job@base64/_w", "400 invalid base64"],
    ["job/%ff", "400 invalid percent-encoding"],
    ["jobs/x", "404 "],
    ["job", "404 "],
  ])("refuses the path %s", async (path, answer) => {
    const sender = new Sender();
    expect(await sender.put(path, "a 1\n")).toContain(answer);
    expect(sender.receiver.series()).toEqual([]);
  });

  it.each([
    ["a 1", "line 1: unexpected end of input stream"],
    ["# no registered metrics", "line 1: unexpected end of input stream"],
    ["a 1\nb\n", "line 2: not a sample"],
    ["a1\n", "line 1: not a sample"],
    ["a.b 1\n", "line 1: not a sample"],
    ['a{b="c} 1\n', "line 1: not a sample"],
    ['a{b="\\x"} 1\n', "line 1: not a sample"],
    ['a{b="c" d="e"} 1\n', "line 1: not a sample"],
    ["a{b=c} 1\n", "line 1: not a sample"],
    ["a 1\r\n", "line 1: not a sample"],
    ["a one\n", 'line 1: expected float as value, got "one"'],
    ["a 1e400\n", "line 1: expected float as value"],
    ["a 1 \n", "timestamps"],
    ["a 0x10\n", "line 1: expected float as value"],
    ["a 1 1700000000000\n", "timestamps"],
    ['a{b="1",b="2"} 1\n', "duplicate label names"],
    ['a{__name__="b"} 1\n', "reserved"],
    ['a{__b="c"} 1\n', "reserved"],
    ["# TYPE a gauge\n# TYPE a gauge\n", "line 2: second TYPE line"],
    ["a 1\n# TYPE a gauge\n", "line 2: second TYPE line"],
    ["# HELP a x\n# HELP a y\n", "line 2: second HELP line"],
    ["# TYPE a number\n", 'unknown metric type "number"'],
    ["# TYPE h histogram\nh_bucket 1\n", "'le' label, got none"],
    ['# TYPE h histogram\nh_bucket{le="x"} 1\n', "'le' label"],
    ["# TYPE h histogram\nh 1\n", "sample of its own name"],
    ["a 1\na 1\n", "collected before"],
    ['a{job="1"} 1\na{job="2"} 2\n', "collected before"],
    ["# TYPE h_sum gauge\nh_sum 1\n# TYPE h histogram\nh_count 1\n", "inconsistent"],
  ])("refuses the text %j", async (text, reason) => {
    const sender = new Sender();
    const answer = await sender.put("job/x", text);
    expect(answer).toMatch(/^400 /);
    expect(answer).toContain(reason);
    expect(sender.lines).toEqual([]);
  });

  it("refuses a type that the name has not got in another group, until that group is gone", async () => {
    const sender = new Sender();
    await sender.put("job/x", "# TYPE a counter\na 1\n");
    const answer = await sender.put("job/y", "# TYPE a gauge\na 1\n");
    expect(answer).toMatch(
      /^400 pushed metrics are invalid or inconsistent.*collected metric "a" .* is not a COUNTER/,
    );
    expect(sender.lines).toEqual(['a {"job":"x"} 1']);
    await sender.send("DELETE", "job/x");
    expect(await sender.put("job/y", "# TYPE a gauge\na 1\n")).toBe("200 ");
  });

  it("reads gzip and refuses what is not gzip, not UTF-8 or in another encoding", async () => {
    const sender = new Sender();
    const encoded = { "content-encoding": "gzip" };
    expect(await sender.send("PUT", "job/x", await gzip("a 1\n"), encoded)).toBe("200 ");
    expect(sender.receiver.total("a")).toBe(1);
    expect(await sender.send("PUT", "job/x", "a 2\n", encoded)).toMatch(/^400 the body is not gzip/);
    const cut = (await gzip("a 2\n")).slice(0, -4);
    expect(await sender.send("PUT", "job/x", cut, encoded)).toMatch(/^400 the body is not gzip/);
    expect(await sender.send("PUT", "job/x", "a 2\n", { "content-encoding": "br" })).toMatch(/^400 br/);
    expect(await sender.send("PUT", "job/x", "a 1\n", { "content-encoding": "identity" })).toBe("200 ");
    const latin1 = Uint8Array.from('a{b="ÿ"} 2\n', (letter) => letter.charCodeAt(0));
    expect(await sender.send("PUT", "job/x", latin1)).toMatch(/^400 the body is not UTF-8/);
    const protobuf = { "content-type": "application/vnd.google.protobuf" };
    expect(await sender.send("PUT", "job/x", "a 2\n", protobuf)).toMatch(/^415 /);
    expect(sender.receiver.total("a")).toBe(1);
  });

  it("refuses a body that is too large once decompressed", async () => {
    const sender = new Sender();
    const bomb = await gzip(new Uint8Array(32 * 1024 * 1024 + 1));
    expect(await sender.send("PUT", "job/x", bomb, { "content-encoding": "gzip" })).toMatch(/^413 /);
  });

  it("answers other methods with 405", async () => {
    expect(await new Sender().send("GET", "job/x")).toMatch(/^405 /);
  });
});
