/** Who answers, and how the way there is protected. */
import { fact, finding, type Outcome } from "../finding.ts";
import type { Session } from "../session.ts";

/** Names and addresses of this machine and of private networks. */
const PRIVATE =
  /^(localhost|.*\.(?:local|internal|lan|svc|localhost)|[^.:]+|\[.*\]|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*)$/;

export async function receiver(session: Session): Promise<Outcome> {
  const { kind, version } = await session.server;
  return kind ? fact("receiver", version ? `${kind} ${version}` : kind) : {};
}

export async function plainToken({ target }: Session): Promise<Outcome> {
  const { protocol, hostname } = new URL(target.url);
  if (protocol === "https:") return fact("TLS", "yes");
  if (PRIVATE.test(hostname)) return fact("TLS", "no, within a private network");
  if (!target.auth) return fact("TLS", "no");
  return {
    findings: [
      finding(
        "plain-token",
        `The credentials travel to ${hostname} unencrypted`,
        `Begin ${target.names.url} with https://`,
      ),
    ],
  };
}
