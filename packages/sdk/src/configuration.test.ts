import { describe, expect, it } from "vitest";
import { createPushmeter, type PushmeterOptions } from "./index.ts";
import { pushgateway } from "./pushgateway/index.ts";
import { remoteWrite } from "./remote-write/index.ts";

const URL = "https://prometheus.example/api/v1/write";
const SECRET = "s3cr3t-token";

/** Options as JavaScript or an untyped configuration file would pass them. */
function untyped<Options>(options: unknown): Options {
  return options as Options;
}

describe("bad configuration fails at start, naming the option and what is accepted", () => {
  it.each<[unknown, RegExp]>([
    [
      { servcie: "x" },
      /createPushmeter has no option servcie, did you mean service\?.*Accepted: service, push/,
    ],
    [{ nonsense: 1 }, /createPushmeter has no option nonsense, Accepted: service, push/],
    [{ service: "" }, /service must be a string that is not empty, got an empty string/],
    [{ service: 7 }, /service must be a string that is not empty, got 7/],
    [{ service: { name: "" } }, /service\.name must be a string that is not empty/],
    [{ service: { name: "x", vesion: "1" } }, /service has no option vesion, did you mean version\?/],
    [{ flush: { every: -5 } }, /flush\.every must be a number of milliseconds from 1 to 86400000, got -5/],
    [
      { flush: { every: "5s" } },
      /flush\.every must be a number of milliseconds.*got a string of 2 characters/,
    ],
    [{ flush: { every: Number.NaN } }, /flush\.every must be .*got NaN/],
    [
      { flush: "always" },
      /flush must be an object with every, or "invocation", got a string of 6 characters/,
    ],
    [{ push: { url: URL } }, /push must be a destination such as remoteWrite\(…\).*got an object with url/],
    [{ buckets: [] }, /buckets must be numbers of seconds above zero, ascending, got an array/],
    [{ buckets: [1, 0.5] }, /buckets must be numbers of seconds above zero, ascending/],
    [{ buckets: [0, 1] }, /buckets must be numbers of seconds above zero, ascending/],
    [{ buckets: "0.1,1" }, /buckets must be .*got a string of 5 characters/],
    [{ attributes: { drop: "url.scheme" } }, /attributes\.drop must be an array of attribute names/],
    [{ attributes: { dorp: [] } }, /attributes has no option dorp, did you mean drop\?/],
    [{ cardinalityLimit: 1 }, /cardinalityLimit must be an integer from 2 to 100000, got 1/],
    [{ cardinalityLimit: 2.5 }, /cardinalityLimit must be an integer from 2 to 100000, got 2\.5/],
    [{ onError: true }, /onError must be a function, got true/],
    [
      { resource: { team: () => "a" } },
      /resource\.team must be a string, a number or a boolean, got a function/,
    ],
    [{ debug: "yes" }, /debug must be true or false, got a string of 3 characters/],
    [{ resource: 5 }, /resource must be an object of resource attributes, got 5/],
    [{ resourceLabels: "cloud.region" }, /resourceLabels must be an array of resource attribute names/],
    ["courses", /createPushmeter must be an object with service, push, .*got a string of 7 characters/],
  ])("createPushmeter(%j)", (options, message) => {
    expect(() => createPushmeter(untyped<PushmeterOptions>(options))).toThrow(message);
  });

  it.each<[unknown, RegExp]>([
    [{}, /remoteWrite url must be an absolute http or https URL, got undefined/],
    [{ url: "prometheus:9090/api" }, /remoteWrite url must be an absolute http or https URL/],
    [{ url: "/api/v1/write" }, /remoteWrite url must be an absolute http or https URL/],
    [{ url: `https://us%er:${SECRET}@h/` }, /remoteWrite url must be an absolute http or https URL/],
    [{ url: URL, timout: 5 }, /remoteWrite has no option timout, did you mean timeout\?/],
    [{ url: URL, timeout: -1 }, /remoteWrite timeout must be a number of milliseconds.*got -1/],
    [{ url: URL, fetch: URL }, /remoteWrite fetch must be a function/],
    [
      { url: URL, auth: { bearer: SECRET, basic: { username: "u", password: SECRET } } },
      /remoteWrite auth must be exactly one of bearer, basic, headers or sigv4, got an object with bearer, basic/,
    ],
    [{ url: URL, auth: {} }, /remoteWrite auth must be exactly one of/],
    [
      { url: URL, auth: { token: SECRET } },
      /remoteWrite auth has no option token, .*Accepted: bearer, basic/,
    ],
    [{ url: URL, auth: { bearer: `${SECRET}\n` } }, /remoteWrite auth\.bearer must be .*printable ASCII/],
    [
      { url: URL, auth: { bearer: undefined } },
      /remoteWrite auth\.bearer must be .*printable ASCII characters, got undefined/,
    ],
    [
      { url: URL, auth: { basic: { username: "a:b", password: SECRET } } },
      /username must be .*without a colon/,
    ],
    [
      { url: URL, auth: { headers: { "content-type": SECRET } } },
      /header names that are valid and not the wire's own/,
    ],
    [
      { url: URL, auth: { headers: { "x y": SECRET } } },
      /header names that are valid and not the wire's own/,
    ],
    [
      { url: `https://u:${SECRET}@h/`, auth: { bearer: SECRET } },
      /auth must be absent when the url has a user name/,
    ],
  ])("remoteWrite %#", (options, message) => {
    const attempt = () => remoteWrite(untyped(options));
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(SECRET);
  });

  it.each<[unknown, RegExp]>([
    [{ url: URL, method: "DELETE" }, /pushgateway method must be "PUT" or "POST"/],
    [{ url: URL, gzip: "no" }, /pushgateway gzip must be true or false/],
    [
      { url: URL, grouping: { "a-b": "x" } },
      /pushgateway grouping must be an object of label names and values/,
    ],
    [{ url: URL, grouping: { job: "x" } }, /without job and instance/],
    [{ url: URL, grouping: { region: 5 } }, /pushgateway grouping\.region must be a string/],
    [{ url: URL, groupin: {} }, /pushgateway has no option groupin, did you mean grouping\?/],
  ])("pushgateway %#", (options, message) => {
    expect(() => pushgateway(untyped(options))).toThrow(message);
  });

  it("accepts everything that the documentation shows", () => {
    createPushmeter();
    createPushmeter({ service: { name: "courses", namespace: "shop", version: "1.2.3" } });
    createPushmeter({ service: "courses", flush: "invocation", push: remoteWrite({ url: URL }) });
    createPushmeter({ push: () => pushgateway({ url: URL, grouping: { region: "weur" } }) });
    remoteWrite({ url: "https://user:pass@prometheus.example/write?tenant=1", timeout: 100 });
    remoteWrite({ url: URL, auth: { headers: { "X-Scope-OrgID": "team-a" } } });
  });
});
