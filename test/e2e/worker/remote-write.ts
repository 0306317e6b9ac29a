import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { createWorker } from "./worker.ts";

export default createWorker((env) => remoteWrite({ url: env.PUSH_URL, timeout: Number(env.PUSH_TIMEOUT) }));
