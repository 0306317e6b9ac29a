/** The bindings of wrangler.jsonc, and the secrets. */
declare namespace Cloudflare {
  interface Env {
    DB: D1Database;
    ENROLMENTS: Queue<import("./enrolments.ts").Enrolment>;
    SEATS: DurableObjectNamespace<InstanceType<typeof import("./seats.ts").MeasuredSeats>>;
    REMOTE_WRITE_URL: string;
    REMOTE_WRITE_TOKEN?: string;
    /** If set, metrics go to this Pushgateway instead. */
    PUSHGATEWAY_URL?: string;
    /** If set, metrics go to this aggregator instead; see aggregator/. */
    AGGREGATOR_URL?: string;
    AGGREGATOR_TOKEN?: string;
  }
}

interface Env extends Cloudflare.Env {}
