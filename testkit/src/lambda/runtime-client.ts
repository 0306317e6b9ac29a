/**
 * AWS's own runtime interface client, as it runs in a Lambda. It compiles itself (about a minute, with cmake and
 * a C++ compiler), so it is installed when it is first needed and not with everything else.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../lambda-runtime");
const CLIENT = join(FOLDER, "node_modules/aws-lambda-ric");

/**
 * @returns the client's main file; installs it first if need be.
 * @throws Error with the installer's output if that fails.
 */
export async function runtimeClient(): Promise<string> {
  // The last that its installation writes.
  if (!existsSync(join(CLIENT, "rapid-client.node"))) await install();
  return join(CLIENT, "index.mjs");
}

export function isInstalled(): boolean {
  return existsSync(join(CLIENT, "rapid-client.node"));
}

async function install(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const npm = spawn("npm", ["ci", "--loglevel=error", "--prefix", FOLDER], {
    cwd: FOLDER,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-4096);
    });
  }
  npm.on("error", reject);
  npm.on("exit", (code) => {
    if (code === 0) resolve();
    else reject(new Error(`aws-lambda-ric needs cmake and a C++ compiler to install itself:\n${output}`));
  });
  await promise;
}
