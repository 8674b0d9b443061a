import type { RuleOrigin, Ruleset } from "../compile/ruleset";
import type { FindingCode } from "../model/finding-codes";
import { show, type Finding } from "../model/findings";
import { printOrigin } from "../model/origin";
import type { Entry, HostPolicy, ZonePolicy } from "../model/policy";
import { withSilence, type Subject } from "../model/silence";
import { Decisions } from "./decisions";
import { FALSE, TRUE, type Node } from "./diagrams";
import { EntriesAlone } from "./entries-alone";
import type { Question } from "./landmarks";
import { MatchSets } from "./match-sets";
import type { Outcome } from "./outcomes";
import { bitsOf, endFor } from "./packet-bits";
import { PacketSpace } from "./packet-space";
import { packetInWords } from "./packet-words";
import { witnessOf } from "./witness";

type Told = Omit<Finding, "code" | "origin">;

/** A host's policy with what its rules decide, for the checks to ask; they hand in what they find. */
export class Reviewed {
  readonly space: PacketSpace;
  readonly decisions: Decisions;
  /** What becomes of first packets: all others belong to them. */
  readonly root: Node;
  readonly findings: Finding[] = [];
  /** Entries that leave nothing to another one. */
  readonly hiding = new Set<Entry>();
  readonly #entries: ReadonlyMap<object, Entry>;
  readonly #matches: MatchSets;
  #alone: EntriesAlone | undefined;
  #noEntry: Decisions | undefined;
  readonly #regions = new Map<string, Node>();
  readonly #packets = new Map<Node, Pick<Finding, "packet">>();
  #outcomes: readonly Outcome[] | undefined;

  constructor(
    readonly policy: HostPolicy,
    /** What it was compiled to, rule by rule. */
    private readonly ruleset: Ruleset,
    /** The day of the synth, where it is known. */
    readonly today: string | undefined,
    questions: readonly Question[],
  ) {
    this.space = new PacketSpace([ruleset], questions);
    this.#matches = new MatchSets(this.space, ruleset);
    this.decisions = new Decisions(this.space, ruleset, { otherwise: true, matches: this.#matches });
    this.root = this.#first(this.decisions.root);
    this.#entries = new Map(policy.entries.map((entry) => [entry.origin, entry]));
  }

  /** The packets that the entry would take if it stood alone. */
  regionOf(entry: Entry): Node {
    const parts = (this.#alone ??= new EntriesAlone(this.ruleset));
    const shape = parts.shapeOf(entry, this.#matches);
    let region = this.#regions.get(shape);
    if (region === undefined) this.#regions.set(shape, (region = this.#findRegion(entry, parts)));
    return region;
  }

  #findRegion(entry: Entry, parts: EntriesAlone): Node {
    const shared = { outcomes: this.decisions.outcomes, matches: this.#matches };
    this.#noEntry ??= new Decisions(this.space, parts.none, shared);
    const alone = new Decisions(this.space, parts.of(entry), { ...shared, like: this.#noEntry });
    return this.decisions.where(
      ({ by, forwardedBy }) => this.isOf(by, entry) || this.isOf(forwardedBy, entry),
      this.#first(alone.root),
    );
  }

  /** What becomes of packets at all. */
  get outcomes(): readonly Outcome[] {
    return (this.#outcomes ??= this.outcomesOf(TRUE));
  }

  /** What becomes of some packets. */
  outcomesOf(set: Node): Outcome[] {
    const { diagrams } = this.space;
    const values = diagrams.terminalsOf(diagrams.choose(set, this.root, FALSE));
    return [...values].flatMap((value) => this.decisions.outcomes.at(value) ?? []);
  }

  /** The packets of an outcome, of some. */
  where(is: (outcome: Outcome) => boolean, set?: Node): Node {
    return this.decisions.where(is, set === undefined ? this.root : this.space.diagrams.choose(set, this.root, FALSE));
  }

  /** The packets that come on the day of the synth, or before all entries end. */
  get now(): Node {
    const { space, today } = this;
    const time = space.timeOf(today === undefined ? undefined : `${today}T00:00:00Z`);
    return space.anyOf(space.time, [time], space.moments.length + 1);
  }

  /** The packets that come in from a zone, or go out to it. */
  ofZone(side: "in" | "out", name: string): Node {
    const { interfaces } = this.space;
    const zone = this.policy.zones.find((one) => one.name === name);
    const classes = new Set((zone?.interfaces ?? []).flatMap((one) => interfaces.matching(one.name)));
    return this.space.anyOf(
      this.space[side],
      [...classes].sort((a, b) => a - b),
      interfaces.count,
    );
  }

  isOf(origin: RuleOrigin | undefined, entry: Entry): boolean {
    return origin?.kind === "entry" && origin.origin === entry.origin;
  }

  entryOf(origin: RuleOrigin | undefined): Entry | undefined {
    return origin?.kind === "entry" ? this.#entries.get(origin.origin) : undefined;
  }

  /** A packet of a set in words; nothing for an empty set. */
  packetOf(set: Node): Pick<Finding, "packet"> {
    let packet = this.#packets.get(set);
    if (packet === undefined) {
      const witness = witnessOf(this.space, set);
      this.#packets.set(set, (packet = witness === undefined ? {} : { packet: packetInWords(witness.packet) }));
    }
    return packet;
  }

  /** A packet of a set, which is not empty, and who decides about it. */
  evidence(set: Node): { readonly packet: string; readonly decider: string; readonly source: string } {
    const witness = witnessOf(this.space, set);
    if (witness === undefined) throw new Error("invariant: there is no packet to show");
    const { packet, facts } = witness;
    const outcome = this.decisions.outcomes.at(endFor(this.space, this.root, bitsOf(this.space, packet, facts)));
    const decider = decidersInWords(outcome === undefined ? [] : [outcome]);
    return { packet: packetInWords(packet), decider, source: packet.source };
  }

  reportEntry(code: FindingCode, entry: Entry, told: Told): void {
    const zone = entry.from.kind === "zone" ? this.#zone(entry.from.name) : undefined;
    this.#report({ code, origin: entry.origin, ...told }, { entry, zone });
  }

  reportZone(code: FindingCode, zone: ZonePolicy, told: Told): void {
    this.#report({ code, origin: zone.origin ?? { path: `${this.policy.path}/${zone.name}` }, ...told }, { zone });
  }

  report(finding: Finding): void {
    this.#report(finding, {});
  }

  get host(): Pick<Finding, "origin"> {
    return { origin: { path: this.policy.path } };
  }

  #report(finding: Finding, subject: Subject): void {
    this.findings.push(withSilence(this.policy, finding, subject));
  }

  #zone(name: string): ZonePolicy | undefined {
    return this.policy.zones.find((zone) => zone.name === name);
  }

  #first(root: Node): Node {
    return this.space.diagrams.given(root, this.space.state, 0);
  }
}

/** Who decides, in words, with the line that declared it: `drop  all services  ext → all` (main.ts:12). */
export function decidersInWords(outcomes: readonly Outcome[]): string {
  const words = new Set(
    outcomes.map(({ by }) => {
      if (by === undefined) return "no rule";
      if (by.kind === "implicit") return `the language (${by.reason})`;
      return `${show(by.words.replace(/ {2,}/g, " "))} at ${printOrigin(by.origin)}`;
    }),
  );
  const [first = "", ...more] = [...words];
  if (more.length === 0) return first;
  const shown = [first, ...more].slice(0, 3);
  const rest = words.size - shown.length;
  return rest > 0
    ? `${shown.join(", ")} and ${String(rest)} more`
    : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}`;
}
