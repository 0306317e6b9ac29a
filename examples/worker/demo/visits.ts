/** Requests to the example: of users, of attackers, and requests that fail. */
import { NO_ROUTE } from "@pushmeter/testkit/demo/counts";
import type { SeededRandom } from "@pushmeter/testkit/random";

export interface Visit {
  readonly method: string;
  /** The pattern in src/app.ts that the path takes. */
  readonly route: string;
  readonly path: string;
  /** JSON, perhaps malformed. */
  readonly body?: string;
}

/** A kind of visit, and how often it is made in proportion to the others. */
type Kind = readonly [weight: number, visit: (random: SeededRandom) => Visit];

const KINDS: readonly Kind[] = [
  [24, () => get("/courses")],
  [24, ({ pick }) => get("/courses/:id", pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))],
  [4, ({ pick }) => get("/courses/:id", pick([404, 4040, "nothing"]))],
  [
    20,
    ({ pick }) => search(pick(["a", "programming", "Grace", "Turing", "n", "Shortest", "basket weaving"])),
  ],
  [2, () => search("")],
  [5, ({ pick }) => post("/courses", { title: "Office hours", teacher: pick(USERS).email })],
  [2, ({ pick }) => post("/courses", pick([{ title: "" }, {}, "{"]))],
  [6, ({ pick }) => post("/login", pick(USERS))],
  [3, ({ pick }) => post("/login", { ...pick(USERS), password: "guess" })],
  [8, ({ pick }) => post("/courses/:id/enrol", pick(USERS), pick([1, 2, 3, 5, 7, 9]))],
  [5, ({ pick }) => get("/courses/:id/certificate", pick([1, 2, 3, 5, 7, 9]))],
  // Certificates that are being printed.
  [2, ({ pick }) => get("/courses/:id/certificate", pick([4, 6]))],
  // Courses without a certificate: the handler throws.
  [3, ({ pick }) => get("/courses/:id/certificate", pick([8, 10]))],
  [3, ({ pick }) => ({ ...get(NO_ROUTE), path: pick(["/wp-login.php", "/.env", "/admin/config.php"]) })],
];

const USERS = [
  { email: "ada@example.com", password: "lovelace" },
  { email: "alan@example.com", password: "turing" },
  { email: "grace@example.com", password: "hopper" },
];

/** Each kind as often as its weight. */
const WEIGHED = KINDS.flatMap(([weight, visit]) => Array<Kind[1]>(weight).fill(visit));

/** The next visit. */
export function visit(random: SeededRandom): Visit {
  return random.pick(WEIGHED)(random);
}

function get(route: string, id: number | string = ""): Visit {
  return { method: "GET", route, path: route.replace(":id", `${id}`) };
}

function search(words: string): Visit {
  const route = "/courses/search";
  return { ...get(route), path: `${route}?q=${encodeURIComponent(words)}` };
}

function post(route: string, body: object | string, id: number | string = ""): Visit {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { ...get(route, id), method: "POST", body: text };
}
