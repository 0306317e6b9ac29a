/** Classes of the platform whose instances are measured from the outside. */
import { type Context, type Handler, isHandler } from "./context.ts";

/** A class that the platform instantiates with a context and the environment. */
export type PlatformClass = abstract new (ctx: never, env: never) => object;

/** What the platform has made an instance with. */
export interface Made {
  readonly ctx: Context;
  readonly env: unknown;
}

/** Returns a measured one in place of a method; undefined leaves it as it is. `call` is bound to its instance. */
export type MeasureMethod = (name: string, call: Handler, made: Made) => Handler | undefined;

/**
 * The same class, except that the platform gets each instance behind a proxy, which hands out methods that are
 * measured. Everything inside the instance sees the instance itself: a call of one method by another is not measured,
 * and private members work. Getters and what an instance holds itself are left as they are.
 *
 * @param added - further methods, by their names, for calls by RPC.
 */
export function measuredClass<Class extends PlatformClass>(
  Class: Class,
  measure: MeasureMethod,
  added: Readonly<Record<string, (made: Made) => void>> = {},
): Class {
  const measured: Class = new Proxy(Class, {
    construct(_, args, newTarget) {
      const instance: object = Reflect.construct(Class, args, newTarget === measured ? Class : newTarget);
      const made = { ctx: args[0] as Context, env: args[1] as unknown };
      return new Proxy(instance, {
        get(_, name) {
          if (typeof name === "symbol") return Reflect.get(instance, name) as unknown;
          const method = methodOf(instance, name);
          if (method) return measure(name, method.bind(instance), made) ?? method.bind(instance);
          const more = Object.hasOwn(added, name) && added[name];
          return more ? () => more(made) : (Reflect.get(instance, name) as unknown);
        },
        set: (_, name, value) => Reflect.set(instance, name, value),
      });
    },
  });
  return measured;
}

/** The method that the instance has from its class or from one that it extends. */
function methodOf(instance: object, name: string): Handler | undefined {
  if (name === "constructor" || Object.hasOwn(instance, name)) return undefined;
  for (let holder = instance; ; ) {
    holder = Object.getPrototypeOf(holder) as object;
    if (!holder || holder === Object.prototype) return undefined;
    const { value } = Object.getOwnPropertyDescriptor(holder, name) ?? {};
    if (isHandler(value)) return value;
    if (Object.hasOwn(holder, name)) return undefined;
  }
}
