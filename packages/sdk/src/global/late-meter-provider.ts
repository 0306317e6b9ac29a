/** A meter provider that can be used before there is one: instruments find theirs when they are needed. */
import type { Meter, MeterOptions, MeterProvider } from "@opentelemetry/api";
import { LateMeter } from "./late-meter.ts";

export class LateMeterProvider implements MeterProvider {
  #provider: MeterProvider | undefined;
  readonly #waiting: (() => void)[] = [];

  /** False, without effect, if there is one already. */
  delegate(provider: MeterProvider): boolean {
    if (this.#provider) return false;
    this.#provider = provider;
    for (const begin of this.#waiting.splice(0)) begin();
    return true;
  }

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    if (this.#provider) return this.#provider.getMeter(name, version, options);
    return new LateMeter(
      () => this.#provider?.getMeter(name, version, options),
      (begin) => (this.#provider ? begin() : this.#waiting.push(begin)),
    );
  }
}
