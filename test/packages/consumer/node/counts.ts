// Counts a request and a login and prints what a receiver then has. Run by the test.
import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";

const receiver = new Receiver();
const fetch = (request: Request) => receiver.fetch(request);
const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch });
const pushmeter = createPushmeter({ service: "courses", push });
const handler = instrumentFetch(pushmeter, () => new Response("hello"), { route: () => "/" });

pushmeter.meter.createCounter("app.logins").add(2);
await handler(new Request("http://courses/"));
await pushmeter.flush();
console.log(receiver.total("app_logins_total"), receiver.total("http_server_request_duration_seconds_count"));
