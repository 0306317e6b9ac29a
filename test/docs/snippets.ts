/** What docs/lambda.md shows for tools that deploy, in their own languages. */
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { read } from "./documents.ts";

export const LAMBDA_PAGE = "docs/lambda.md";

/** The block whose first line begins with this path, in whatever language. */
export function snippet(path: string): string {
  const text = ["yaml", "js", "hcl"]
    .flatMap((language) => codeBlocks(read(LAMBDA_PAGE), language))
    .find((text) => new RegExp(`^(#|//) ${path},`).test(text));
  if (!text) throw new Error(`${LAMBDA_PAGE} has no snippet ${path}`);
  return text;
}
