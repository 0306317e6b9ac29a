/** How a pushmeter with `global: true` reaches the provider that `@pushmeter/sdk/global` has registered. */
import type { MeterProvider } from "@opentelemetry/api";

/** Has the global meter provider delegate from now on. Throws if it cannot. */
export type Delegate = (provider: MeterProvider) => void;

/** In the global registry of symbols: the import and the pushmeter may be of two copies of this package. */
const SLOT = Symbol.for("@pushmeter/sdk global 1");

type Slot = { [SLOT]?: Delegate };

export function setDelegate(delegate: Delegate): void {
  (globalThis as Slot)[SLOT] = delegate;
}

/** @throws TypeError if `@pushmeter/sdk/global` was not imported, or something else is registered. */
export function delegateTo(provider: MeterProvider): void {
  const delegate = (globalThis as Slot)[SLOT];
  if (!delegate) throw new TypeError('pushmeter: global needs import "@pushmeter/sdk/global" before it');
  delegate(provider);
}
