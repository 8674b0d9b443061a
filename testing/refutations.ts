import type { Host, PacketProps } from "../constructs";
import { mayPassByEntries, namedPackets, receivedFromOthers, sentFrom } from "../lib/analysis/asked-packets";
import { FALSE, type Node } from "../lib/analysis/diagrams";
import { exceptionTo } from "../lib/analysis/findings/expectations";
import type { Reviewed } from "../lib/analysis/reviewed";
import type { Expectation } from "../lib/model/expectations";
import type { Verdict } from "../lib/model/probe";
import { show } from "../lib/model/findings";
import { UserError } from "../lib/model/user-error";
import { ask } from "./asked-hosts";

/** What a test expects to reach the host itself. */
export type AdmittedProps = Omit<PacketProps, "to">;

/** Why packets do not fare as expected on a host; nothing where all of them do. */
export function refutation(host: Host, props: PacketProps, verdict: Verdict): string | undefined {
  const { reviewed, questions } = ask(host, [{ ...host.readQuestion(props), verdict }]);
  return questions.map((question) => exceptionInWords(host, reviewed, question)).find(Boolean);
}

export function exceptionInWords(host: Host, reviewed: Reviewed, expectation: Expectation): string | undefined {
  const wrong = exceptionTo(reviewed, expectation);
  if (wrong === FALSE) return undefined;
  const fares = expectation.verdict === "accepted" ? "refused" : "accepted";
  return proof(host, reviewed, wrong, `${show(expectation.words.replace(/ {2,}/g, " "))} is ${fares}`);
}

/** What reaches a host beside a list; nothing where that is all. */
export function refutationOfOnly(host: Host, list: readonly AdmittedProps[]): string | undefined {
  const read = list.map((props) => ({ ...host.readQuestion(props), verdict: "accepted" as const }));
  const elsewhere = read.find(({ to }) => to.kind !== "host");
  if (elsewhere !== undefined) {
    throw new UserError(
      "to-elsewhere",
      `${show(elsewhere.words)} does not go to the host: \`toAdmitOnly\` is about what reaches the host itself`,
      "Leave `to` out, and ask with `toAccept` and `toRefuse` for what passes through.",
    );
  }
  const { reviewed, questions } = ask(host, read);
  const { diagrams } = reviewed.space;
  const allowed = diagrams.union(
    questions.map((one) => {
      const named = namedPackets(reviewed, one);
      return one.from === undefined ? named : diagrams.and(sentFrom(reviewed, one.from), named);
    }),
  );
  const received = diagrams.and(reviewed.now, receivedFromOthers(reviewed));
  const more = diagrams.without(mayPassByEntries(reviewed, received), allowed);
  return more === FALSE ? undefined : proof(host, reviewed, more, "more is admitted than expected,");
}

/** `web-1: … by the rule at its line`, and a packet below. */
export function proof(host: Host, reviewed: Reviewed, set: Node, said: string): string {
  const { packet, decider } = reviewed.evidence(set);
  return `${host.hostName}: ${said} by ${decider}\n  packet: ${packet}`;
}
