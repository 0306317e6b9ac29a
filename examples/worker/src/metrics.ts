import { env } from "cloudflare:workers";
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

export const pushmeter = createPushmeter({
  service: "courses",
  push: ({
    AGGREGATOR_URL,
    AGGREGATOR_TOKEN = "",
    PUSHGATEWAY_URL,
    REMOTE_WRITE_URL,
    REMOTE_WRITE_TOKEN,
  }: Env) => {
    if (AGGREGATOR_URL) {
      return otlp({ url: AGGREGATOR_URL, auth: { bearer: AGGREGATOR_TOKEN }, temporality: "delta" });
    }
    if (PUSHGATEWAY_URL) return pushgateway({ url: PUSHGATEWAY_URL });
    const auth = REMOTE_WRITE_TOKEN ? { bearer: REMOTE_WRITE_TOKEN } : undefined;
    return remoteWrite({ url: REMOTE_WRITE_URL, auth });
  },
});

// From here on it is plain OpenTelemetry. Attributes become labels, so keep their values few.
const { meter } = pushmeter;

/** In Prometheus `app_logins_total{result="success"}` and `{result="failure"}`. */
export const logins = meter.createCounter("app.logins", {
  description: "Attempts to log in, by result.",
  unit: "{login}",
});

/** In Prometheus the histogram `app_search_results`. */
export const searchResults = meter.createHistogram("app.search.results", {
  description: "Courses that a search found.",
  unit: "{course}",
  advice: { explicitBucketBoundaries: [0, 1, 2, 5, 10, 20, 50, 100] },
});

/** In Prometheus `app_users`. The callback runs once per push, so it may ask the database. */
meter
  .createObservableGauge("app.users", { description: "Users in the database.", unit: "{user}" })
  .addCallback(async (result) => {
    const users = await env.DB.prepare("SELECT count(*) AS users FROM users").first<number>("users");
    if (users !== null) result.observe(users);
  });
