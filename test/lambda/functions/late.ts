/** Makes requests that the service refuses, and returns the answers. */
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2020-01-01/extension/register`;

async function register(name: string, events: string[]): Promise<string> {
  const response = await fetch(api, {
    method: "POST",
    headers: { "lambda-extension-name": name },
    body: JSON.stringify({ events }),
  });
  return `${response.status} ${((await response.json()) as { errorType?: string }).errorType}`;
}

const shutdown = await register("a", ["INVOKE", "SHUTDOWN"]);
const nameless = await register("", ["INVOKE"]);

export const handler = async () => ({ shutdown, nameless, late: await register("b", ["INVOKE"]) });
