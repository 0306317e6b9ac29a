/** Pushes deltas to an aggregator. */
import { instrumentLambda } from "@pushmeter/adapters/lambda";
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";

const pushmeter = createPushmeter({
  service: "lambda",
  push: ({ OTLP_URL: url = "", OTLP_TOKEN: bearer = "" }) =>
    otlp({ url, auth: { bearer }, temporality: "delta" }),
});

export const handler = instrumentLambda(pushmeter, async (_event: unknown) => ({ statusCode: 200 }));
