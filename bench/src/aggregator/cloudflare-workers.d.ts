/** The part of the platform that the load's Worker uses. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    protected ctx: {
      storage: {
        put(key: string, value: unknown): Promise<void>;
        setAlarm(time: number): Promise<void>;
        readonly sql: {
          readonly databaseSize: number;
          exec(query: string, ...bindings: unknown[]): { readonly rowsWritten: number };
        };
      };
    };
    protected env: Env;
    constructor(ctx: DurableObject["ctx"], env: Env);
  }
}
