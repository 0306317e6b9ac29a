/** Whether the receiver takes remote write at all, and in which versions. */
import { type Answer, firstLine, isOk, writtenOf } from "../answer.ts";
import { gauge } from "../canary.ts";
import { type Finding, finding, type Outcome } from "../finding.ts";
import type { Version } from "../sender.ts";
import type { Session } from "../session.ts";
import { explain } from "./refused.ts";

/** What came of one canary in each version. */
type Answers = Readonly<Record<Version, Answer>>;

export async function remoteWriteVersions(session: Session): Promise<Outcome> {
  const push = (version: Version) => {
    const attributes = { run: session.run, check: version };
    return session.write([gauge(session.now(), { value: 1, attributes })], { version });
  };
  const answers = { "2.0": await push("2.0"), "1.0": await push("1.0") };
  const takes = versionsOf(answers);
  if (takes["2.0"]) session.version = "2.0";
  if (takes["1.0"] || takes["2.0"]) {
    return {
      facts: [
        {
          about: "remote write 2.0",
          value: takes["2.0"] ? "yes" : "no; 1.0 is used, which counts as exactly",
        },
        { about: "remote write 1.0", value: takes["1.0"] ? "yes" : "no" },
      ],
      findings: missing(session.target.wants.protocol, takes, answers),
    };
  }
  return {
    findings: [await explain(session, isAboutVersion(answers["1.0"]) ? answers["2.0"] : answers["1.0"])],
    ends: true,
  };
}

/** Without Written headers a 2xx for version 2.0 means that it was not understood. */
export function versionsOf(answers: Answers): Readonly<Record<Version, boolean>> {
  return {
    "2.0": isOk(answers["2.0"]) && writtenOf(answers["2.0"]) !== undefined,
    // Receivers answer without a body.
    "1.0": isOk(answers["1.0"]) && !answers["1.0"].body,
  };
}

/** The version that the project insists on is not there. */
export function missing(
  protocol: "auto" | Version,
  takes: Readonly<Record<Version, boolean>>,
  answers: Answers,
): Finding[] {
  if (protocol === "auto" || takes[protocol]) return [];
  const says = firstLine(answers[protocol]);
  const how = isOk(answers[protocol])
    ? `answers ${answers[protocol].status} and stores nothing of it`
    : `answers ${answers[protocol].status}${says && `: ${says}`}`;
  return [
    finding(
      "version",
      `The project pushes remote write ${protocol} only, and the receiver ${how}`,
      'Leave the option protocol out: "auto" takes the newest version that the receiver speaks',
    ),
  ];
}

const isAboutVersion = ({ status }: Answer): boolean => status === 415;
