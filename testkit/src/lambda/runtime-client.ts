/**
 * AWS's own runtime interface client, as it runs in a Lambda. It compiles itself (about a minute, with cmake and
 * a C++ compiler), so it is installed when it is first needed and not with everything else.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cached } from "../cache.ts";

/** What npm needs to install it. */
const MANIFEST = join(import.meta.dirname, "../../lambda-runtime");

/**
 * The client's main file. Installs it if this machine does not have it.
 *
 * @param onInstall - is called before it is installed.
 * @throws Error with the installer's output if that fails.
 */
export async function runtimeClient(onInstall = () => {}): Promise<string> {
  const lock = await readFile(join(MANIFEST, "package-lock.json"));
  const version = createHash("sha256").update(lock).update(process.version).digest("hex").slice(0, 16);
  const folder = await cached(`lambda-runtime-${version}`, async (folder) => {
    onInstall();
    for (const file of ["package.json", "package-lock.json", ".npmrc"]) {
      await copyFile(join(MANIFEST, file), join(folder, file));
    }
    await install(folder);
  });
  return join(folder, "node_modules/aws-lambda-ric/index.mjs");
}

async function install(folder: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const npm = spawn("npm", ["ci", "--loglevel=error"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
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
