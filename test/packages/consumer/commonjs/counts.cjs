// Counts an invocation and a login and prints what a receiver then has. Run by the test, as CommonJS.
const { instrumentLambda } = require("@pushmeter/adapters/lambda");
const { createPushmeter } = require("@pushmeter/sdk");
const { remoteWrite } = require("@pushmeter/sdk/remote-write");
const { otlp } = require("@pushmeter/sdk/otlp");
const { pushgateway } = require("@pushmeter/sdk/pushgateway");
const { sigv4 } = require("@pushmeter/sdk/sigv4");
const { Receiver } = require("@pushmeter/sdk/testing");

const receiver = new Receiver();
const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch: receiver.fetch });
const pushmeter = createPushmeter({ service: "courses", push });
const handler = instrumentLambda(pushmeter, async () => "done");
const others = [otlp({ url: "http://receiver" }), pushgateway({ url: "http://receiver" })];

pushmeter.meter.createCounter("app.logins").add(2);
handler({}, {})
  .then(() => pushmeter.flush())
  .then(() => {
    const counts = ["app_logins_total", "faas_invoke_duration_seconds_count"].map((name) =>
      receiver.total(name),
    );
    console.log(...counts, others.length, typeof sigv4);
  });
