/** What the example promises. */
import { slo } from "../../src/rules/slo.ts";

export const objectives = [
  ...slo({ service: "courses", availability: 99.9 }),
  ...slo({ service: "courses", route: "/courses/:id", availability: 99.9, latency: "300ms" }),
];
