import { isInstalled, runtimeClient } from "@pushmeter/testkit/lambda/runtime-client";

/** Installs AWS's runtime interface client. Where that fails, a failure with CI=true, elsewhere a skip with its reason. */
export async function hasRuntimeClient(): Promise<boolean> {
  if (!isInstalled()) console.log("Compiling AWS's runtime interface client, once: about a minute");
  try {
    await runtimeClient();
    return true;
  } catch (error) {
    if (process.env.CI === "true") throw error;
    const [reason] = String(error).split("\n");
    console.warn(`The tests under Lambda's runtime are skipped: ${reason}`);
    return false;
  }
}
