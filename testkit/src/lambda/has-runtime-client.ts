import { runtimeClient } from "./runtime-client.ts";

/**
 * For tests: installs AWS's runtime interface client. If that fails, throws where `CI` is `true`, and elsewhere says
 * why these tests are skipped.
 */
export async function hasRuntimeClient(): Promise<boolean> {
  try {
    await runtimeClient(() => console.log("Compiling AWS's runtime interface client, once: about a minute"));
    return true;
  } catch (error) {
    if (process.env.CI === "true") throw error;
    const [reason] = String(error).split("\n");
    console.warn(`The tests under Lambda's runtime are skipped: ${reason}`);
    return false;
  }
}
