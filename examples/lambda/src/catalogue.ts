/** The data, in memory; your Lambda has a database. */
export interface Course {
  readonly id: number;
  readonly title: string;
  readonly teacher: string;
  readonly certificate?: "ready" | "in print";
}

export const courses: readonly Course[] = [
  { id: 1, title: "Programming for machines", teacher: "Ada Lovelace", certificate: "ready" },
  { id: 2, title: "Computable numbers", teacher: "Alan Turing", certificate: "ready" },
  { id: 3, title: "Compilers", teacher: "Grace Hopper", certificate: "in print" },
  { id: 4, title: "Shortest paths", teacher: "Edsger Dijkstra" },
];

/** Users' e-mail addresses and passwords; your service keeps hashes. */
export const users: ReadonlyMap<string, string> = new Map([
  ["ada@example.com", "lovelace"],
  ["alan@example.com", "turing"],
]);

export function search(words: string): readonly Course[] {
  const wanted = words.toLowerCase();
  return courses.filter(({ title, teacher }) => `${title} ${teacher}`.toLowerCase().includes(wanted));
}
