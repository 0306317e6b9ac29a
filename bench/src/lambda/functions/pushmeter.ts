import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { work } from "./work.ts";

const pushmeter = createPushmeter({
  service: "bench",
  push: ({ RECEIVER = "" }) => remoteWrite({ url: `${RECEIVER}/api/v1/write` }),
});

export const handler = instrumentLambda(pushmeter, work);
