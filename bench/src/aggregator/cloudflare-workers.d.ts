/** The part of the platform that Workers of the bench use. */
declare module "cloudflare:workers" {
  export const env: Readonly<Record<string, string>>;
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
