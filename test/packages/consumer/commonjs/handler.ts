// TypeScript that is compiled to CommonJS.
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

const pushmeter = createPushmeter({ push: remoteWrite({ url: "http://127.0.0.1:9090/api/v1/write" }) });
export const handler = instrumentLambda(pushmeter, async (event: { readonly id: string }) => event.id);
