/** What these tests do to requests: all that breaks one, and nothing that repeats or delays one. */
import { DELIVERIES, type Delivery } from "@pushmeter/testkit/faulty-proxy/deliveries";

/** A pause of thirty seconds is too long for them, and a login page is a mistake, no fault. */
const LEFT_OUT: readonly Delivery[] = ["twice", "late", "429", "login page"];

export const FAULTS = DELIVERIES.filter((delivery) => !LEFT_OUT.includes(delivery));
