/** The part of the platform that the Worker under test uses. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    protected ctx: { abort(reason?: string): void };
    protected env: Env;
    constructor(ctx: DurableObject["ctx"], env: Env);
  }
}
