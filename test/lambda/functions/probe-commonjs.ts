/** The probe as CommonJS; `REGISTRATION=blocking` registers the extension all the same. */
import { instrumentLambda } from "@pushmeter/adapters/lambda/commonjs";
import { pushmeter, work } from "./work.ts";

const registration = process.env.REGISTRATION === "blocking" ? "blocking" : undefined;

export const handler = instrumentLambda(pushmeter, work, { registration });
