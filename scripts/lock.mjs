// Adds what npm leaves out of package-lock.json: optional packages of other platforms that the registry in use does
// not have. Without them `npm ci` refuses the lock (https://github.com/npm/cli/issues/4828). The added entries have no
// checksum; `npm install` on such a platform adds it. With `--check` only says whether an entry is missing.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));

/** Words in names such as `@scope/binding-linux-x64-musl`, and npm's word for the same. */
const CPUS = { 64: "x64", x64: "x64", arm64: "arm64", arm: "arm", ia32: "ia32", wasm32: "wasm32" };
const OTHER_CPUS = { ppc64: "ppc64", riscv64: "riscv64", s390x: "s390x", loong64: "loong64" };
const LIBCS = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos"];
const OSES = { ...Object.fromEntries(SYSTEMS.map((os) => [os, os])), win32: "win32", windows: "win32" };

/** The value in `table` of the first word of the package's name that has one, as package-lock.json writes it. */
function named(name, table) {
  const word = name.split(/[/-]/).find((word) => Object.hasOwn(table, word));
  return word && [table[word]];
}

/** Whether the package at `path` finds `name` in the folders where Node looks, all of which are in the lock. */
function isLocked(path, name) {
  if (`${path ? `${path}/` : ""}node_modules/${name}` in lock.packages) return true;
  return path !== "" && isLocked(path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))), name);
}

const missing = {};
for (const [path, { optionalDependencies = {}, dev, license, engines }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(path, name)) continue;
    const cpu = named(name, { ...CPUS, ...OTHER_CPUS });
    const [libc, os] = [named(name, LIBCS), named(name, OSES)];
    // In npm's own order, so that the next `npm install` changes nothing.
    missing[`node_modules/${name}`] = { version, cpu, dev, libc, license, optional: true, os, engines };
  }
}

const names = Object.keys(missing);
if (process.argv[2] === "--check") {
  if (names.length) {
    console.error(`package-lock.json lacks ${names.join(", ")}: run node scripts/lock.mjs`);
    process.exitCode = 1;
  }
} else {
  const packages = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(packages.sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${names.length} entries added`);
}
