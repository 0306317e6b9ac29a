// As a function without a bundler, as an ES module.
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

const pushmeter = createPushmeter({
  service: "probe",
  push: (env) => remoteWrite({ url: env.REMOTE_WRITE_URL }),
});
export const handler = instrumentLambda(pushmeter, async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return "done";
});
