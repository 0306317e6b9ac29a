/** Node's own modules, where the platform has them: without an `import`, which a Worker without them could not load. */

/** @returns undefined on a platform that has no such module. */
export function builtin<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Module | undefined;
}
