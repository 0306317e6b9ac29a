// As a function without a bundler, in CommonJS.
const { instrumentLambda } = require("@pushmeter/adapters/lambda");
const { createPushmeter } = require("@pushmeter/sdk");
const { remoteWrite } = require("@pushmeter/sdk/remote-write");

const pushmeter = createPushmeter({
  service: "probe",
  push: (env) => remoteWrite({ url: env.REMOTE_WRITE_URL }),
});
exports.handler = instrumentLambda(pushmeter, async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return "done";
});
