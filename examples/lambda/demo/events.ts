/** What triggers the example: API Gateway, a queue, a schedule. */
import { NO_ROUTE } from "@pushmeter/testkit/demo/counts";
import type { SeededRandom } from "@pushmeter/testkit/random";

export type Trigger =
  | { readonly kind: "http"; readonly method: string; readonly route: string; readonly event: object }
  | { readonly kind: "queue"; readonly queue: string; readonly event: object; readonly size: number }
  | { readonly kind: "schedule"; readonly rule: string; readonly event: object };

type Kind = readonly [weight: number, make: (random: SeededRandom) => Trigger];

const USERS = [
  { email: "ada@example.com", password: "lovelace" },
  { email: "alan@example.com", password: "turing" },
];

const KINDS: readonly Kind[] = [
  [20, () => http("GET", "/courses")],
  [20, ({ pick }) => http("GET", "/courses/:id", pick([1, 2, 3, 4]))],
  [4, ({ pick }) => http("GET", "/courses/:id", pick([404, "nothing"]))],
  [
    15,
    ({ pick }) => http("GET", "/courses/search", "", { q: pick(["a", "turing", "compilers", "weaving"]) }),
  ],
  [2, () => http("GET", "/courses/search")],
  [5, ({ pick }) => http("GET", "/courses/:id/certificate", pick([1, 2, 3, 4]))],
  [6, ({ pick }) => http("POST", "/login", "", {}, pick(USERS))],
  [3, ({ pick }) => http("POST", "/login", "", {}, { ...pick(USERS), password: "guess" })],
  [3, ({ pick }) => ({ ...http("GET", pick(["/wp-login.php", "/.env"])), route: NO_ROUTE })],
  [12, (random) => enrolments(random)],
  [4, () => nightly()],
];

const WEIGHED = KINDS.flatMap(([weight, make]) => Array<Kind[1]>(weight).fill(make));

export function trigger(random: SeededRandom): Trigger {
  return random.pick(WEIGHED)(random);
}

/** As an HTTP API with the one route `$default` sends it: the route is then Hono's. */
function http(
  method: string,
  route: string,
  id: number | string = "",
  query: Record<string, string> = {},
  body?: object,
): Trigger {
  const path = route.replace(":id", `${id}`);
  const domainName = "courses.execute-api.eu-central-1.amazonaws.com";
  const event = {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: `${new URLSearchParams(query)}`,
    headers: { host: domainName, "content-type": "application/json", "x-forwarded-proto": "https" },
    requestContext: {
      domainName,
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1" },
      routeKey: "$default",
      stage: "$default",
    },
    body: body && JSON.stringify(body),
    isBase64Encoded: false,
  };
  return { kind: "http", method, route, event };
}

/** One to ten messages, some of them for a course that does not exist: these fail and are reported as failed. */
function enrolments({ below, pick }: SeededRandom): Trigger {
  const queue = "enrolments";
  const Records = Array.from({ length: 1 + below(10) }, (_, index) => ({
    messageId: `message-${index}`,
    body: JSON.stringify({ course: pick([1, 2, 3, 4, 4, 4, 4, 404]), email: pick(USERS).email }),
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:eu-central-1:123456789012:${queue}`,
  }));
  return { kind: "queue", queue, event: { Records }, size: Records.length };
}

function nightly(): Trigger {
  const rule = "nightly";
  const event = {
    source: "aws.events",
    "detail-type": "Scheduled Event",
    resources: [`arn:aws:events:eu-central-1:123456789012:rule/${rule}`],
    detail: {},
  };
  return { kind: "schedule", rule, event };
}
