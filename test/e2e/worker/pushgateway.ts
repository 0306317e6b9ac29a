import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { createWorker } from "./worker.ts";

export default createWorker((env) => pushgateway({ url: env.PUSH_URL, timeout: Number(env.PUSH_TIMEOUT) }));
