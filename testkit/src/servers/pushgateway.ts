import { Process, type Server } from "./process.ts";

export interface Group {
  /** The grouping key. */
  readonly labels: Readonly<Record<string, string>>;
  /** Names of the metrics that were pushed. */
  readonly metrics: readonly string[];
}

export interface Pushgateway extends Server {
  groups(): Promise<Group[]>;
}

interface Answer {
  readonly data: readonly ({ readonly labels: Record<string, string> } & Record<string, unknown>)[];
}

/** A Pushgateway that forgets everything when it ends. */
export async function startPushgateway(file: string): Promise<Pushgateway> {
  const server = await Process.start({
    file,
    args: ([port]) => [`--web.listen-address=127.0.0.1:${port}`, "--persistence.file="],
  });
  return {
    url: server.url,
    stop: () => server.stop(),
    groups: async () => {
      const response = await fetch(`${server.url}/api/v1/metrics`);
      const { data } = (await response.json()) as Answer;
      return data.map(({ labels, ...metrics }) => ({
        labels,
        // Left out: when the last push came, and whether it succeeded.
        metrics: Object.keys(metrics).filter((name) => !/^(push_|last_push_)/.test(name)),
      }));
    },
  };
}
