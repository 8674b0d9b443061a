import { Decisions } from "../../../lib/analysis/decisions";
import { admittedByBoth, differenceOf, isEqual, isImplied } from "../../../lib/analysis/difference";
import { FALSE, TRUE } from "../../../lib/analysis/diagrams";
import { evaluate } from "../../../lib/analysis/evaluate";
import type { Outcome } from "../../../lib/analysis/outcomes";
import type { Packet } from "../../../lib/analysis/packet";
import { bitsOf, endFor } from "../../../lib/analysis/packet-bits";
import { PacketSpace } from "../../../lib/analysis/packet-space";
import { witnessOf } from "../../../lib/analysis/witness";
import { compile } from "../../../lib/compile/compile";
import type { Ruleset } from "../../../lib/compile/ruleset";
import type { HostPolicy } from "../../../lib/model/policy";
import type { LabHost } from "../../../lib/sandbox";
import { randomPolicy } from "../../oracle/policies";
import { Random } from "../../oracle/random";
import { randomPacket } from "./packets";

/**
 * | what it exercises | the property |
 * |---|---|
 * | diagrams of chains, matches, forwards | decisions(packet) = evaluate(packet), and the same entry decides |
 * | regions | accepted ∪ refused = all packets that a host can meet, accepted ∩ refused = ∅ |
 * | merged sets of pairs | decisions(compile(policy)) = decisions(compile(policy, without merging)), for all packets |
 * | witnesses | evaluate(witness(accepted)) accepts, evaluate(witness(refused)) refuses |
 * | differences | a witness of each is told apart by the evaluator, and no difference means that no packet is |
 */
const SEEDS = Array.from({ length: Number(process.env["CDKFW_POLICIES"] ?? 8) }, (_, index) => index + 1);
const PACKETS = Number(process.env["CDKFW_PACKETS"] ?? 2000);

const host = { name: "h1", address: "192.0.2.1", ssh: { identityFile: "", knownHostsFile: "" } } as LabHost;
const policyOf = (seed: number): HostPolicy => randomPolicy(new Random(seed), host);
const rulesetOf = (policy: HostPolicy): Ruleset => compile(policy, { merge: false });

/** Whether the host passes it, be its interfaces bridges or not: that is for the host to know. */
const accepts = (ruleset: Ruleset, packet: Packet) =>
  [new Set<string>(), new Set(["wan0", "lan0", "dmz0", "eth0"])].some(
    (bridges) => evaluate(ruleset, packet, { bridges }).decision.kind === "accept",
  );
const byEvaluator = (ruleset: Ruleset, packet: Packet) => {
  const { decision, entry, way } = evaluate(ruleset, packet);
  const forwarded = way.some(({ rule }) => rule.verdict.kind === "dnat");
  return { accepted: decision.kind === "accept", entry: entry?.origin.path, forwarded };
};

function staying(packet: Packet): Packet {
  const copy: { -readonly [Part in keyof Packet]: Packet[Part] } = { ...packet };
  delete copy.outInterface;
  return copy;
}

/** What the host's own address hides from: a packet to it that leaves it again, with no forward that says so. */
const isImpossible = (packet: Packet, forwarded: boolean) =>
  packet.local === true && (/^(224|ff)/.test(packet.destination) || (packet.outInterface !== undefined && !forwarded));

test.each(SEEDS)("every packet fares as the evaluator says, by the same entry: policy %d", (seed) => {
  const ruleset = rulesetOf(policyOf(seed));
  const space = new PacketSpace([ruleset]);
  const decisions = new Decisions(space, ruleset);
  const random = new Random(seed);
  for (let number = 0; number < PACKETS; number++) {
    const packet = randomPacket(random, ruleset);
    const outcome = decisions.outcomes.at(endFor(space, decisions.root, bitsOf(space, packet)));
    const { accepted, entry, forwarded } = byEvaluator(ruleset, packet);
    if (outcome === undefined) {
      if (!isImpossible(packet, forwarded)) throw new Error(`no outcome for ${JSON.stringify(packet)}`);
      continue;
    }
    const said = [outcome.verdict === "accept", outcome.by?.kind === "entry" ? outcome.by.origin.path : undefined];
    if (said[0] !== accepted || said[1] !== entry) {
      throw new Error(
        `${JSON.stringify(packet)}: ${JSON.stringify(said)}, evaluated ${JSON.stringify([accepted, entry])}`,
      );
    }
  }
});

test.each(SEEDS)("regions cover all packets, and no packet twice: policy %d", (seed) => {
  const ruleset = rulesetOf(policyOf(seed));
  const decisions = new Decisions(new PacketSpace([ruleset]), ruleset);
  const { diagrams } = decisions.space;
  const possible = diagrams.replace(decisions.root, (value) =>
    decisions.outcomes.at(value) === undefined ? FALSE : TRUE,
  );
  expect(diagrams.or(decisions.accepted, decisions.refused)).toBe(possible);
  expect(diagrams.and(decisions.accepted, decisions.refused)).toBe(FALSE);
});

test.each(SEEDS)("what is merged means the same for every packet: policy %d", (seed) => {
  const policy = policyOf(seed);
  const entries = Array.from({ length: 6 }, (_, round) =>
    policy.entries.map((entry) => ({ ...entry, origin: { path: `${entry.origin.path}-${round}` } })),
  ).flat();
  const long = { ...policy, entries };
  expect(isEqual(differenceOf(rulesetOf(long), compile(long)))).toBe(true);
});

test.each(SEEDS)("witnesses are packets that fare so: policy %d", (seed) => {
  const ruleset = rulesetOf(policyOf(seed));
  const space = new PacketSpace([ruleset]);
  const decisions = new Decisions(space, ruleset);
  const values = [...space.diagrams.terminalsOf(decisions.root)].flatMap((value) => decisions.outcomes.at(value) ?? []);
  for (const wanted of values) {
    const witness = witnessOf(
      space,
      decisions.where((one: Outcome) => one === wanted),
    );
    if (witness === undefined) throw new Error("an outcome without a packet");
    const { decision, entry } = evaluate(ruleset, witness.packet, witness.facts);
    expect([decision.kind === "accept", entry?.origin.path]).toEqual([
      wanted.verdict === "accept",
      wanted.by?.kind === "entry" ? wanted.by.origin.path : undefined,
    ]);
  }
});

describe("two policies of which one lacks an entry", () => {
  const changes = SEEDS.flatMap((seed) => policyOf(seed).entries.map((_, index) => [seed, index] as const)).filter(
    (_, index) => index % 3 === 0,
  );

  test.each(changes)("differ as the evaluator says: policy %d without its entry %d", (seed, index) => {
    const policy = policyOf(seed);
    const before = rulesetOf(policy);
    const after = rulesetOf({ ...policy, entries: policy.entries.filter((_, at) => at !== index) });
    const difference = differenceOf(before, after);
    // A forward's packet is asked for every way out: only the host's routes know which one it takes.
    const ways = (packet: Packet): Packet[] =>
      packet.local === true || packet.outInterface === undefined
        ? [
            staying(packet),
            ...["wan0", "lan0", "dmz0"].map((outInterface) => ({ ...packet, outInterface, local: true })),
          ]
        : [packet];
    const passes = (ruleset: Ruleset, packet: Packet) =>
      ways(packet).some((way) => !isImpossible(way, byEvaluator(ruleset, way).forwarded) && accepts(ruleset, way));
    const sides = [[difference.admitted, before, after], [difference.refused, after, before]] as const; // prettier-ignore
    for (const [set, refusing, accepting] of sides) {
      const witness = witnessOf(difference.space, set);
      if (witness === undefined) continue;
      expect([passes(refusing, witness.packet), passes(accepting, witness.packet)]).toEqual([false, true]);
    }
    const random = new Random(seed * 31 + index);
    const { space } = difference;
    for (let number = 0; number < 100; number++) {
      const packet = randomPacket(random, before);
      if (packet.local === true || packet.broadcast === true) continue;
      const bits = bitsOf(space, packet);
      const told = [endFor(space, difference.admitted, bits), endFor(space, difference.refused, bits)];
      const [was, is] = [passes(before, packet), passes(after, packet)];
      expect([packet, told]).toEqual([packet, [Number(is && !was), Number(was && !is)]]);
    }
  });
});

test("equal, implied and disjoint rulesets are told", () => {
  const policy = policyOf(1);
  const closed = rulesetOf({
    ...policy,
    entries: [],
    zones: policy.zones.map(({ name, interfaces }) => ({ name, interfaces })),
  });
  const open = rulesetOf({
    ...policy,
    entries: [],
    zones: policy.zones.map((zone) => ({ ...zone, default: "accept" as const })),
  });
  expect(isEqual(differenceOf(open, open))).toBe(true);
  expect(isEqual(differenceOf(closed, open))).toBe(false);
  expect([isImplied(differenceOf(open, closed)), isImplied(differenceOf(closed, open))]).toEqual([true, false]);
  expect(admittedByBoth(open, closed).set).not.toBe(FALSE);
});
