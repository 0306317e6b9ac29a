/** Why a canary was not taken: asks what else the address answers, and lets the rules decide. */
import { type Answer, firstLine, isOk } from "../answer.ts";
import { gauge } from "../canary.ts";
import { type Finding, finding } from "../finding.ts";
import { refusalOf } from "../refusal.ts";
import type { Session } from "../session.ts";

/** Where receivers that are not recognised take remote write. */
const USUAL = ["/api/v1/write", "/api/v1/push", "/api/v1/receive", "/prometheus/api/v1/write"];

export async function explain(session: Session, answer: Answer): Promise<Finding> {
  const { target, skew } = session;
  const isReached = !answer.failure;
  const server = isReached ? await session.server : { kind: undefined, version: undefined, root: "" };
  const isMissing = answer.status === 404 || answer.status === 405;
  const found = refusalOf({
    target,
    answer,
    server,
    skew,
    speaksTls: isReached ? undefined : await speaksTls(session),
    elsewhere: isMissing && !server.kind ? await elsewhere(session) : undefined,
  });
  return (
    found ??
    finding(
      "not-a-receiver",
      `The address answers ${answer.status} with "${firstLine(answer)}", as no receiver does`,
      `Set ${target.names.url} to the receiver's whole endpoint: docs/receivers.md lists them`,
    )
  );
}

/** Whether TLS is spoken where http failed. */
async function speaksTls({ target, ask }: Session): Promise<boolean> {
  const url = new URL(target.url);
  if (url.protocol !== "http:") return false;
  url.protocol = "https:";
  url.pathname = "/";
  const { failure } = await ask(new Request(url.origin));
  return failure === undefined || /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(failure);
}

/** A usual path of the same server that takes the canary. */
async function elsewhere(session: Session): Promise<string | undefined> {
  const { target, run } = session;
  if (target.wire !== "remoteWrite") return undefined;
  const { origin } = new URL(target.url);
  const metrics = [gauge(session.now(), { value: 1, attributes: { run, check: "path" } })];
  for (const path of USUAL) {
    const request = await session.sender.remoteWrite("1.0", metrics, session.now());
    const moved = new Request(origin + path, request);
    const answer = await session.ask(moved);
    if (isOk(answer) && !answer.body) return origin + path;
  }
  return undefined;
}
