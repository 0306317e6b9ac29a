/** The part of the platform that the Worker under test uses. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    protected ctx: {
      abort(reason?: string): void;
      readonly storage: {
        readonly sql: { exec(query: string): { toArray(): Record<string, unknown>[] } };
      };
    };
    protected env: Env;
    constructor(ctx: DurableObject["ctx"], env: Env);
  }
}
