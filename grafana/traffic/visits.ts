/** Who comes by: mostly readers, some searches and log-ins, now and then a certificate or a wrong address. */
import type { Service } from "./service.ts";

type Visit = (service: Service, id: number) => Promise<void>;

const VISITS: readonly (readonly [weight: number, Visit])[] = [
  [30, (service) => service.fetch("/courses")],
  [24, (service, id) => service.fetch(`/courses/${id}`)],
  [16, (service) => service.fetch("/courses/search?q=metrics")],
  [14, (service) => service.fetch("/login", "POST")],
  [8, (service, id) => service.fetch(`/courses/${id}/certificate`)],
  [
    5,
    async (service, id) => {
      await service.fetch(`/courses/${id}/enrol`, "POST");
      await service.queue();
    },
  ],
  [3, (service, id) => service.fetch(`/wp-admin/${id}`)],
];
const WEIGHTS = VISITS.reduce((sum, [weight]) => sum + weight, 0);

export async function visit(service: Service, random: () => number): Promise<void> {
  let left = random() * WEIGHTS;
  for (const [weight, run] of VISITS) {
    left -= weight;
    if (left < 0) return run(service, Math.floor(random() * 100));
  }
}
