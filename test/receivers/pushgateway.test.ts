/** What only a real Pushgateway shows: which metrics its refusals name. */
import { createPushmeter } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Pushgateway, startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { afterAll, beforeAll, expect, it } from "vitest";

describeWithServers("a Pushgateway", (servers) => {
  let gateway: Pushgateway;
  beforeAll(async () => {
    gateway = await startPushgateway(servers.pushgateway);
  });
  afterAll(() => gateway?.stop());

  it("that refuses metrics of another type than an older group's: the others are stored, these are named", async () => {
    const start = (errors: unknown[] = []) => {
      const requests: string[] = [];
      const push = pushgateway({
        url: gateway.url,
        grouping: { region: "weur" },
        deleteOnShutdown: true,
        fetch: (request) => {
          requests.push(request.method);
          return fetch(request);
        },
      });
      const pushmeter = createPushmeter({ service: "courses", push, onError: (error) => errors.push(error) });
      return { pushmeter, meter: pushmeter.meter, requests };
    };
    const old = start();
    old.meter.createCounter("seats").add(1);
    old.meter.createGauge("size.count").record(1);
    old.meter.createHistogram("age").record(1);
    expect(await old.pushmeter.flush()).toBe(true);
    const oldGroup = (await gateway.groups())[0]?.labels.instance;

    const errors: Error[] = [];
    const { pushmeter, meter, requests } = start(errors);
    for (const region of ["one", "two"]) meter.createCounter("logins").add(1, { region });
    meter.createGauge("seats.total").record(7);
    meter.createHistogram("size").record(1);
    meter.createGauge("age.count").record(1);
    for (let i = 0; i < 3; i++) expect(await pushmeter.flush()).toBe(false);
    const metrics = async () =>
      (await gateway.groups()).find(({ labels }) => labels.instance !== oldGroup)?.metrics;
    expect(await metrics()).toEqual(expect.arrayContaining(["logins_total"]));
    expect(await metrics()).not.toContain("seats_total");
    expect(requests.length).toBeLessThanOrEqual(6);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(
      /refused 3 of \d+ metrics \((?=.*seats_total)(?=.*size)(?=.*age_count)/,
    );
    await pushmeter.shutdown();
    await old.pushmeter.shutdown();
    expect(await gateway.groups()).toEqual([]);
  });
});
