/** A whole tail Worker. */
import { env } from "cloudflare:workers";
import { tailMeter } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

const pushmeter = createPushmeter({
  service: "local",
  push: remoteWrite({ url: env.PUSH_URL ?? "" }),
  flush: { every: 300 },
});

export default tailMeter(pushmeter);
