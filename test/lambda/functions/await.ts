import { instrumentLambda } from "@pushmeter/adapters/lambda/esm";
import { pushmeter, work } from "./work.ts";

export const handler = instrumentLambda(pushmeter, work);
