import { containerNote, containerWarning } from "./container-warnings";
import type { Reply } from "./protocol";

/** What does not stop a deployment, and may keep it from doing what the policy says. */
export interface HostWarning {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

interface Refusal {
  readonly hook: "input" | "forward";
  /** Whose chain it is; `-` where nobody knows. */
  readonly owner: string;
  /** Refused by the chain's policy, or by its last rule. */
  readonly how: "policy" | "rule";
  /** `ip filter FORWARD`, as nft or the legacy iptables call it. */
  readonly place: string;
}

/** How each known owner is taken from the host. */
const CURES: ReadonlyMap<string, string> = new Map([
  ["ufw", "`ufw disable` when this policy stands"],
  ["firewalld", "`systemctl disable --now firewalld` when this policy stands"],
  ["docker", "let Docker not end the chain in a rule of refusal"],
]);

/** All that a reply warns of, in the words of the user; chains of one owner together. */
export function warningsOf(reply: Reply): HostWarning[] {
  const said = saidBy(reply, "warning");
  const groups = new Map<string, Refusal[]>();
  for (const refusal of said.flatMap(refusalOf)) {
    const key = `${refusal.hook} ${refusal.owner}`;
    groups.set(key, [...(groups.get(key) ?? []), refusal]);
  }
  return [
    ...[...groups.values()].map(explain),
    ...(said.some(([code]) => code === "not-passing") ? [NOT_PASSING] : []),
    ...said.flatMap(containerWarning),
  ];
}

/** What needs no cure, and is good to know. */
export function notesOf(reply: Reply): string[] {
  return saidBy(reply, "note").flatMap(containerNote);
}

function saidBy(reply: Reply, wanted: string): string[][] {
  return reply.lines.filter(({ keyword }) => keyword === wanted).map(({ rest }) => rest.split(" "));
}

const NOT_PASSING: HostWarning = {
  code: "docker-forward",
  message: "Docker's FORWARD and the rule in it for what this policy lets through do not fit: Docker came or went, or somebody changed it", // prettier-ignore
  help: "Deploy again: the rule is put in or taken away.",
};

function refusalOf([code, hook, owner = "-", how, ...place]: string[]): Refusal[] {
  if (code !== "refuses" || (hook !== "input" && hook !== "forward")) return [];
  return [{ hook, owner, how: how === "rule" ? "rule" : "policy", place: place.join(" ") }];
}

function explain(refusals: readonly Refusal[]): HostWarning {
  const [first] = refusals;
  if (first === undefined) throw new Error("invariant: a group without refusals");
  const places = [...new Set(refusals.map(({ place }) => `\`${place}\``))].join(", ");
  const whose = first.owner === "-" ? "somebody" : first.owner;
  const what = first.hook === "input" ? "towards the host" : "through the host";
  const cure = CURES.get(first.owner) ?? "give it the policy `accept` when this policy stands, or take it away";
  const ofIptables = refusals.some(({ place }) => /^(ip6? filter|ip6?tables)/.test(place));
  const other = ofIptables ? ', or give the host `backend: "iptables"`, by which this policy decides before it' : "";
  return {
    code: "refused-by-others",
    message: `${places} of ${whose} refuses, ${how(refusals)}, packets ${what} that this policy accepts`,
    help: `Both have to accept a packet. Let ${first.owner === "-" ? "whoever made it" : first.owner} allow the same; or ${cure}${other}.`,
  };
}

function how(refusals: readonly Refusal[]): string {
  const ways = new Set(refusals.map((refusal) => (refusal.how === "policy" ? "by its policy" : "by its last rule")));
  return [...ways].join(" and ");
}
