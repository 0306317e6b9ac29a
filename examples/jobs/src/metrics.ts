/** Where metrics are pushed, and how often. */
import { hostname } from "node:os";
import { createPushmeter } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";

export const pushmeter = createPushmeter({
  service: "course-jobs",
  push: ({ PUSHGATEWAY_URL = "http://127.0.0.1:9091" }) => pushgateway({ url: PUSHGATEWAY_URL }),
  flush: { every: 5_000 },
  // The process has the same group after each start: a Pushgateway keeps a group until somebody deletes it.
  resource: { "service.instance.id": hostname() },
});
