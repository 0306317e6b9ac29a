/** The layer's configuration: environment variables, and nothing else. */
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { sigv4 } from "@pushmeter/sdk/sigv4";

type Variables = Readonly<Record<string, string | undefined>>;

/** Of the function unless `OTEL_SERVICE_NAME` says otherwise. */
export function fromEnvironment(env: Variables): Pushmeter {
  return createPushmeter({
    service: env.OTEL_SERVICE_NAME || env.AWS_LAMBDA_FUNCTION_NAME || "lambda",
    push: destination,
  });
}

/** @throws TypeError if no variable names a destination. */
function destination(env: Variables) {
  const { PUSHMETER_REMOTE_WRITE_URL, PUSHMETER_PUSHGATEWAY_URL, PUSHMETER_OTLP_URL } = env;
  if (PUSHMETER_REMOTE_WRITE_URL) {
    // Amazon Managed Prometheus takes requests that the function's role signs.
    const isAmazons = /^https:\/\/aps-workspaces\./.test(PUSHMETER_REMOTE_WRITE_URL);
    const auth = isAmazons ? { sigv4: sigv4() } : bearer(env.PUSHMETER_REMOTE_WRITE_TOKEN);
    return remoteWrite({ url: PUSHMETER_REMOTE_WRITE_URL, auth });
  }
  if (PUSHMETER_PUSHGATEWAY_URL) {
    return pushgateway({ url: PUSHMETER_PUSHGATEWAY_URL, auth: bearer(env.PUSHMETER_PUSHGATEWAY_TOKEN) });
  }
  if (PUSHMETER_OTLP_URL) return otlp({ url: PUSHMETER_OTLP_URL, auth: bearer(env.PUSHMETER_OTLP_TOKEN) });
  throw new TypeError(
    "pushmeter: nothing is pushed: set PUSHMETER_REMOTE_WRITE_URL, PUSHMETER_PUSHGATEWAY_URL or PUSHMETER_OTLP_URL",
  );
}

const bearer = (token: string | undefined) => (token ? { bearer: token } : undefined);
