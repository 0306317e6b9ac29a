/** What `pushmeter-aggregator --help` shows. */
export const HELP = `pushmeter-aggregator [OPTIONS]

Takes OTLP/HTTP from many short-lived instances, adds it up, and pushes the totals to Prometheus as one long-lived
process would. Send to POST /v1/metrics. The totals are at GET /metrics, too.

  --remote-write URL    where the totals go: a remote-write endpoint …
  --pushgateway URL     … or a Pushgateway. With neither they are only scraped
  --host ADDRESS        to listen on; by default all, and 127.0.0.1 without a token
  --port N              by default 4318
  --store FILE          a SQLite file, by default pushmeter-aggregator.db. For several servers: postgres://user@host/name
  --interval TIME       between two pushes, 100ms to 60s, by default 15s. Scrape at least as often
  --shards N            threads of totals for each service, by default 1
  --former-shards N     their number before it was changed, for some hours; not with PostgreSQL
  --prefix TEXT         before shard-0 in the label instance: staging- where two servers share a receiver
  --label NAME=VALUE    a label that all series get; may be repeated
  --forget-after TIME   series that did not grow for so long end, by default 1d
  --histograms KIND     what becomes of exponential histograms: classic, the default, or native
  --help                shows this

Credentials and their like stand in the environment:

  PUSHMETER_TOKEN               a bearer token that senders need; two with a comma between them while it is replaced
  PUSHMETER_SERVICE_TOKENS      tokens that may send for one service: {"courses":"token","shop":["new","old"]}
  PUSHMETER_READ_TOKEN          reads /status and /metrics, and nothing else
  PUSHMETER_ADMIN_TOKEN         reads and may POST /reset; by default PUSHMETER_TOKEN
  PUSHMETER_REMOTE_WRITE_TOKEN  for the receiver; also …_USERNAME and …_PASSWORD, …_HEADERS, …_URL
  PUSHMETER_PUSHGATEWAY_TOKEN   the same for a Pushgateway
  PUSHMETER_STORE               as --store; PostgreSQL's password, which may also stand in PGPASSWORD

SIGTERM ends it: it answers what is under way, pushes once more and closes the store. GET /healthz and GET /readyz
need no token.
`;
