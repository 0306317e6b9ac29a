/**
 * Events of tails with all their fields, as they are published:
 * - buffered ones: Cloudflare's pages "Tail Workers" and "Tail Handler", and outputs of `wrangler tail --format json` of
 *   production Workers in public incident reports (`exceededCpu` with its `cpuTime`, `wallTime` and exception);
 * - streamed ones: what workerd's own test expects, `src/workerd/api/tests/tail-worker-test.js` of cloudflare/workerd.
 *
 * Names, addresses and values are others. What follows an event is its series in Prometheus.
 */
import type { TailItem } from "../workers/tail-events.ts";
import type { StreamedEvent } from "../workers/tail-stream.ts";

const request = {
  url: "https://courses.example/catalogue",
  method: "GET",
  headers: { "cf-ray": "57d55f210d7b95f3", cookie: "REDACTED" },
  cf: { colo: "SJC" },
};
const eventTimestamp = 1_587_058_642_005;

/** Fields that are not read. */
const ALWAYS = {
  eventTimestamp,
  logs: [],
  diagnosticsChannelEvents: [],
  truncated: false,
  executionModel: "stateless",
  scriptVersion: { id: "c0a8012e-1111-4222-8333-444455556666" },
};

const item = (outcome: string, event: object | null, more: Partial<TailItem> = {}): TailItem => ({
  ...ALWAYS,
  scriptName: "courses",
  outcome,
  event,
  exceptions: [],
  cpuTime: 10,
  wallTime: 13,
  ...more,
});

const thrown = (name: string, message: string) => [{ name, message, timestamp: eventTimestamp }];

const NO_TIMES = { cpuTime: undefined, wallTime: undefined };

export const PUBLISHED_ITEMS: readonly (readonly [TailItem, string])[] = [
  // The page's own example has no times.
  [
    {
      ...item("exception", { request }, { exceptions: thrown("Error", "Threw a sample exception") }),
      ...NO_TIMES,
    },
    "courses Error http exception",
  ],
  [
    item("exceededCpu", { request }, { exceptions: thrown("Error", "Worker exceeded CPU time limit.") }),
    "courses Error http exceededCpu",
  ],
  [
    item("exceededCpu", { cron: "* * * * *", scheduledTime: eventTimestamp }, { wallTime: 128 }),
    "courses exceededCpu * * * * * timer exceededCpu",
  ],
  [
    item("exceededMemory", { request }, { exceptions: thrown("Error", "Worker exceeded memory limit.") }),
    "courses Error http exceededMemory",
  ],
  [item("canceled", { request }), "courses canceled http canceled"],
  [
    item("responseStreamDisconnected", { request, response: { status: 200 } }),
    "courses responseStreamDisconnected http 200 responseStreamDisconnected",
  ],
  [item("scriptNotFound", null), "courses scriptNotFound other scriptNotFound"],
  [item("unknown", null), "courses unknown other unknown"],
  [item("exceededCpu", { queue: "jobs", batchSize: 3 }), "courses exceededCpu pubsub jobs exceededCpu"],
];

const onset = (info: object, more: object = {}): StreamedEvent["event"] =>
  ({
    ...{ type: "onset", executionModel: "stateless", spanId: "0000000000000000", scriptTags: [] },
    scriptName: "courses",
    ...more,
    info,
  }) as StreamedEvent["event"];
const event = (type: string, more: object = {}) => ({ type, ...more }) as StreamedEvent["event"];
const outcome = (name = "ok") => event("outcome", { outcome: name, cpuTime: 0, wallTime: 0 });
const returned = (statusCode?: number) =>
  event("return", statusCode ? { info: { type: "fetch", statusCode } } : {});
const fetched = (method: string, headers: object[] = []) => ({
  type: "fetch",
  method,
  url: "https://courses.example/catalogue",
  headers,
});
const span = (name: string, spanId: string) => [
  event("spanOpen", { name, spanId }),
  event("attributes", { info: [{ name: "http.response.status_code", value: 200n }] }),
  event("spanClose", { outcome: "ok" }),
];
const room = { executionModel: "durableObject", entrypoint: "Room" };

export const PUBLISHED_STREAMS: readonly (readonly [StreamedEvent["event"][], string])[] = [
  [
    [onset(fetched("POST")), ...span("fetch", "0000000000000001"), returned(200), outcome()],
    "courses http 200 success",
  ],
  [[onset(fetched("GET")), returned(404), outcome()], "courses http 404 client_error"],
  [
    [
      onset(fetched("GET", [{ name: "upgrade", value: "websocket" }])),
      event("exception", { name: "Error", message: "The Workers runtime canceled this request" }),
      outcome("exception"),
    ],
    "courses Error http exception",
  ],
  [
    [onset(fetched("GET")), event("log", { level: "log", message: ["bar"] }), outcome("exceededCpu")],
    "courses exceededCpu http exceededCpu",
  ],
  [
    [
      onset({ type: "scheduled", scheduledTime: "1970-01-01T00:00:00.000Z", cron: "" }),
      returned(),
      outcome(),
    ],
    "courses timer success",
  ],
  [
    [
      onset({ type: "scheduled", scheduledTime: "1970-01-01T00:00:00.000Z", cron: "* * * * 30" }),
      returned(),
      outcome(),
    ],
    "courses * * * * 30 timer success",
  ],
  [
    [onset({ type: "queue", queueName: "jobs", batchSize: 5 }), returned(), outcome()],
    "courses pubsub jobs success",
  ],
  [
    [onset({ type: "alarm", scheduledTime: "1970-01-01T00:00:00.000Z" }, room), returned(), outcome()],
    "courses Room timer success",
  ],
  [
    [onset({ type: "hibernatableWebSocket", info: { type: "message" } }, room), returned(), outcome()],
    "courses Room other success",
  ],
  [
    [
      onset({ type: "jsrpc" }, { entrypoint: "Catalogue" }),
      event("attributes", { info: [{ name: "jsrpc.method", value: "title" }] }),
      returned(),
      outcome(),
    ],
    "courses Catalogue other success",
  ],
  [
    [
      onset(
        { type: "email", mailFrom: "a@b.example", rcptTo: "c@d.example", rawSize: 10 },
        { entrypoint: "Mail" },
      ),
      returned(),
      outcome(),
    ],
    "courses Mail other success",
  ],
  [
    [onset({ type: "connect" }, { entrypoint: "Proxy" }), returned(), outcome()],
    "courses Proxy other success",
  ],
  [[onset({ type: "trace", traces: [""] }, { entrypoint: "Tail" }), outcome()], "courses Tail other success"],
  [
    [onset({ type: "custom" }, { entrypoint: "Test" }), ...span("scheduled", "0000000000000003"), outcome()],
    "courses Test other success",
  ],
];
