/** The receiver, its page and its API, on one port; and a proxy in front of the application, on another. */
import { Feed } from "./http/feed.ts";
import { CountingProxy } from "./http/proxy.ts";
import { routes } from "./http/routes.ts";
import { LOOPBACK, listen } from "./http/server.ts";
import type { Snapshot } from "./model/snapshot.ts";
import { readPage } from "./page.ts";
import { DevReceiver } from "./receiver.ts";

export interface DevOptions {
  /** Default: the loopback address, and only requests that name it. */
  readonly host?: string | undefined;
  /** 0: a free one. */
  readonly port: number;
  /** The application's URL: a proxy on a free port counts what is sent to it. */
  readonly app?: URL | undefined;
}

export interface Dev {
  /** Without a slash at the end. */
  readonly url: string;
  /** The proxy's, where there is one. */
  readonly proxy: string | undefined;
  readonly receiver: DevReceiver;
  snapshot(): Snapshot;
  /** Refuses all pushes for so many milliseconds. */
  cut(duration: number): void;
  /** Ends its connections, too. */
  close(): void;
}

/** @throws Failure if it cannot listen there. */
export async function startDev({ host = LOOPBACK, port, app }: DevOptions): Promise<Dev> {
  const receiver = new DevReceiver();
  const page = await readPage();
  const addresses = { url: "", proxy: "" };
  const feed = new Feed(() => snapshot());
  const proxy = app && new CountingProxy(app, () => feed.changed());
  const snapshot = () => receiver.snapshot(addresses.url, proxy?.sent(addresses.proxy));
  receiver.onPush(() => feed.changed());
  const cut = (duration: number) => {
    receiver.cut.begin(duration);
    feed.changed();
  };
  const anyHost = host !== LOOPBACK;
  const server = await listen(routes({ receiver, feed, page, anyHost, snapshot, cut }), host, port);
  addresses.url = server.url;
  const front = proxy && (await listen(proxy.listener, LOOPBACK, 0));
  addresses.proxy = front?.url ?? "";
  const close = () => {
    feed.close();
    front?.close();
    server.close();
  };
  return { url: server.url, proxy: front?.url, receiver, snapshot, cut, close };
}
