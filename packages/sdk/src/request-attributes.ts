/**
 * The attributes of `http.server.request.duration`, and a table of what belongs to each set of them. Both follow
 * from one list: a label that is added there is in both.
 */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { Ending, HttpRequest, Invocation } from "./invocation.ts";
import { errorTypeOf, outcomeOf } from "./outcome.ts";

/** What is known of a request when it has ended. */
export interface EndedRequest extends HttpRequest, Ending, Pick<Invocation, "route"> {}

type Read = (request: EndedRequest) => AttributeValue | undefined;

/**
 * Names: OpenTelemetry semantic conventions 1.44, "HTTP metrics". An undefined value is left out; no value is
 * the empty string.
 */
const ATTRIBUTES: readonly (readonly [name: string, read: Read])[] = [
  ["http.route", ({ route }) => route || undefined],
  ["http.response.status_code", ({ status }) => status || undefined],
  ["http.request.method", ({ method }) => (METHODS.has(method) ? method : "_OTHER")],
  ["url.scheme", ({ url }) => (url.startsWith("https:") ? "https" : "http")],
  ["outcome", outcomeOf],
  ["error.type", errorTypeOf],
];

/** The methods that the semantic conventions list. */
const METHODS = new Set("GET POST PUT DELETE PATCH HEAD OPTIONS CONNECT QUERY TRACE".split(" "));

/** @param custom - attributes of the user's, which replace none of the standard ones. */
export function requestAttributes(request: EndedRequest, custom?: Attributes): Attributes {
  const attributes: Attributes = { ...custom };
  for (const [name, read] of ATTRIBUTES) {
    const value = read(request);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

const READS = ATTRIBUTES.map(([, read]) => read);
/** Of those that do not follow from the others, where nothing was thrown. */
const INDEPENDENT = READS.filter((read) => read !== outcomeOf && read !== errorTypeOf);

type Node<Item> = Map<AttributeValue | undefined, Node<Item> | Item>;

/** An item for each set of attributes, found by the values alone: a map for each attribute, one inside the other. */
export class RequestTable<Item> {
  readonly #root: Node<Item> = new Map();
  /** Of requests that threw. */
  readonly #thrown: Node<Item> = new Map();
  readonly #create: (request: EndedRequest) => Item;
  #room: number;

  /**
   * @param create - makes the item, for the first request with its attributes.
   * @param room - the most items to keep; beyond it `create` is called for every request.
   */
  constructor(create: (request: EndedRequest) => Item, room: number) {
    this.#create = create;
    this.#room = room;
  }

  get(request: EndedRequest): Item {
    const reads = request.thrown ? READS : INDEPENDENT;
    let node: Node<Item> | Item | undefined = request.thrown ? this.#thrown : this.#root;
    for (const read of reads) {
      node = (node as Node<Item>).get(read(request));
      if (!node) return this.#add(request, reads);
    }
    return node as Item;
  }

  #add(request: EndedRequest, reads: readonly Read[]): Item {
    const item = this.#create(request);
    if (this.#room-- > 0) {
      let node = request.thrown ? this.#thrown : this.#root;
      reads.forEach((read, i) => {
        const value = read(request);
        const next = i + 1 < reads.length ? (node.get(value) ?? new Map()) : item;
        node.set(value, next);
        node = next as Node<Item>;
      });
    }
    return item;
  }
}
