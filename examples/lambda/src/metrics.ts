import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { sigv4 } from "@pushmeter/sdk/sigv4";

export const pushmeter = createPushmeter({
  service: "courses",
  push: ({ REMOTE_WRITE_URL = "", REMOTE_WRITE_TOKEN }) =>
    remoteWrite({ url: REMOTE_WRITE_URL, auth: authFor(REMOTE_WRITE_URL, REMOTE_WRITE_TOKEN) }),
});

/** Amazon Managed Prometheus takes requests signed by the function's role; others take a token or nothing. */
function authFor(url: string, token: string | undefined) {
  if (/^https:\/\/aps-workspaces\./.test(url)) return { sigv4: sigv4() };
  return token ? { bearer: token } : undefined;
}

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
