/** Whether a Pushgateway takes a group, compressed as by default, and whether Prometheus keeps its labels. */
import { isOk } from "../answer.ts";
import { CANARY, gauge } from "../canary.ts";
import { fact, finding, type Outcome } from "../finding.ts";
import type { Session } from "../session.ts";
import { explain } from "./refused.ts";

export async function group(session: Session): Promise<Outcome> {
  const answer = await session.ask(await session.sender.group(metricsOf(session)));
  if (isOk(answer) && !/<(!doctype|html)/i.test(answer.body)) {
    return fact("Pushgateway", "takes groups, compressed with gzip");
  }
  if (answer.status === 400 || answer.status === 415) {
    const plain = await session.ask(await session.sender.group(metricsOf(session), { gzip: false }));
    if (isOk(plain)) {
      return {
        findings: [
          finding(
            "gzip",
            "The Pushgateway takes groups only uncompressed",
            "Set gzip: false in pushgateway({ … }), or use Pushgateway 1.5 or later",
          ),
        ],
      };
    }
  }
  return { findings: [await explain(session, answer)], ends: true };
}

/** With `--query-url`: Prometheus replaces `job` and `instance` unless it scrapes with `honor_labels`. */
export async function scraped(session: Session): Promise<Outcome> {
  if (!session.queryUrl)
    return fact("scrape", "not checked: --query-url names the Prometheus that scrapes it");
  const stored = await session.stored((all) => all.some(({ metric }) => metric.__name__ === CANARY));
  const found = stored?.find(({ metric }) => metric.__name__ === CANARY);
  if (!found) {
    const problem = "Prometheus does not have the canary that the Pushgateway took";
    const fix = "Add the Pushgateway to scrape_configs; a scrape_interval beyond 5 s may also be why";
    return { findings: [finding("not-scraped", problem, fix)] };
  }
  if (found.metric.instance === session.run)
    return fact("scrape", "Prometheus has the canary, with its labels");
  return {
    findings: [
      finding(
        "honor-labels",
        "Prometheus replaces the labels job and instance of what it scrapes from the Pushgateway",
        "Add honor_labels: true to the Pushgateway's job in scrape_configs",
      ),
    ],
  };
}

/** A Pushgateway keeps groups for ever. */
export async function deleteGroup(session: Session): Promise<Outcome> {
  await session.ask(await session.sender.group(metricsOf(session), { isDeletion: true }));
  return {};
}

const metricsOf = (session: Session) => [
  gauge(session.now(), { value: 1, attributes: { run: session.run } }),
];
