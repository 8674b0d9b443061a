import type { AddressSet, Chain, Hook, RejectAnswer, Rule, Ruleset } from "../compile/ruleset";
import { isPair, matches, type Situation } from "./matches";
import type { HostFacts, Packet } from "./packet";

/** A rule that matched, and where it stands. */
export interface Step {
  readonly chain: string;
  readonly rule: Rule;
}

export type Decision =
  | {
      readonly kind: "accept";
      /** The source that it leaves with: another address, or `masquerade` for that of the interface. @default its own */
      readonly source?: string;
      /** The destination that a port forward gave it. @default its own */
      readonly destination?: string;
      readonly destinationPort?: number;
    }
  | { readonly kind: "drop" }
  /** What others have loaded decides: Docker. */
  | { readonly kind: "leave" }
  | { readonly kind: "reject"; readonly answer: RejectAnswer };

export interface Trace {
  readonly decision: Decision;
  /** The rule that decided; absent where a packet ran through a hook that leaves it alone, as outbound ones do. */
  readonly decidedBy?: Step;
  /**
   * The entry that is to thank for it: the last rule of a user on the way, where that one led to the decision.
   * Absent where the language's own rules decided.
   */
  readonly entry?: Rule["origin"] & { readonly kind: "entry" };
  /** Every rule that matched, in order. */
  readonly way: readonly Step[];
}

/** What a ruleset does with a packet, by the ruleset alone: the model that the kernel is held against. */
export function evaluate(ruleset: Ruleset, packet: Packet, facts: HostFacts = {}): Trace {
  return new Walk(ruleset, packet, facts).trace();
}

const ACCEPTED: Decision = { kind: "accept" };

class Walk {
  private readonly chains: ReadonlyMap<string, Chain>;
  private readonly sets: ReadonlyMap<string, AddressSet>;
  private readonly way: Step[] = [];
  private masqueradeMark: number | undefined;

  private source: string | undefined;

  constructor(
    private readonly ruleset: Ruleset,
    private packet: Packet,
    private readonly facts: HostFacts,
  ) {
    this.chains = new Map(ruleset.chains.map((chain) => [chain.name, chain]));
    this.sets = new Map(ruleset.sets.map((set) => [set.name, set]));
  }

  trace(): Trace {
    if (this.packet.inInterface !== undefined) this.hook("prerouting");
    const changes = this.way.length;
    const filtered = this.hook(filterHook(this.packet));
    const decidedBy = filtered === undefined ? undefined : this.way.at(-1);
    const entry = decidedBy === undefined ? undefined : this.entryBefore(decidedBy, changes);
    const decision = filtered ?? ACCEPTED;
    if (decision.kind === "accept" && this.packet.outInterface !== undefined) this.hook("postrouting");
    return {
      decision: decision.kind === "accept" ? this.accepted() : decision,
      ...(decidedBy && { decidedBy }),
      ...(entry && { entry }),
      way: this.way,
    };
  }

  private accepted(): Decision {
    const { forwarded, destination, destinationPort } = this.packet;
    return {
      kind: "accept",
      ...(this.source !== undefined && { source: this.source }),
      ...(forwarded === true && { destination, ...(destinationPort !== undefined && { destinationPort }) }),
    };
  }

  private forwardTo(destination: string, port: number | undefined): void {
    const outInterface = this.facts.routeTo?.(destination) ?? this.packet.outInterface;
    this.packet = {
      ...this.packet,
      destination,
      forwarded: true,
      ...(port !== undefined && { destinationPort: port }),
      ...(outInterface !== undefined && { outInterface }),
    };
  }

  /** The decision of a base chain; nothing where it lets a packet through without one. */
  private hook(hook: Hook): Decision | undefined {
    for (const chain of this.ruleset.chains) {
      if (chain.hook !== hook) continue;
      const decision = this.walk(chain);
      if (decision !== undefined && decision !== "end") return decision;
    }
    return undefined;
  }

  /** `end` after a goto that decided nothing: the walk does not come back to the rules behind it. */
  private walk(chain: Chain): Decision | "end" | undefined {
    for (const rule of chain.rules) {
      if (!this.applies(rule)) continue;
      this.way.push({ chain: chain.name, rule: this.asDeclared(rule) });
      const { verdict } = rule;
      switch (verdict.kind) {
        case "accept":
          return ACCEPTED;
        case "drop":
          return { kind: "drop" };
        case "leave":
          return { kind: "leave" };
        case "reject":
          return { kind: "reject", answer: verdict.answer };
        case "jump": {
          const decision = this.walk(this.chain(verdict.chain));
          if (decision !== undefined && decision !== "end") return decision;
          break;
        }
        case "goto":
          return this.walk(this.chain(verdict.chain)) ?? "end";
        case "mark-masquerade":
          this.masqueradeMark = verdict.source ?? 0;
          break;
        case "log":
          break;
        case "masquerade":
          this.source = "masquerade";
          return ACCEPTED;
        case "snat":
          this.source = this.packet.family === 4 ? verdict.v4 : verdict.v6;
          return ACCEPTED;
        case "dnat": {
          const destination = this.packet.family === 4 ? verdict.v4 : verdict.v6;
          if (destination === undefined) break;
          this.forwardTo(destination, verdict.port);
          return ACCEPTED;
        }
      }
    }
    return undefined;
  }

  /** A rule that stands for many entries, as the one that the packet matched. */
  private asDeclared(rule: Rule): Rule {
    const pair = rule.entries?.find((one) => isPair(this.packet, one));
    return pair === undefined ? rule : { ...rule, origin: pair.origin };
  }

  private applies(rule: Rule): boolean {
    if (rule.family !== undefined && rule.family !== this.packet.family) return false;
    if (rule.unlessBridge !== undefined && this.facts.bridges?.has(rule.unlessBridge) === true) return false;
    const situation: Situation = {
      packet: this.packet,
      sets: this.sets,
      masqueradeMark: this.masqueradeMark,
      facts: this.facts,
    };
    return rule.matches.every((match) => matches(match, situation));
  }

  /** A user's rule decides itself, or sends the packet by goto to where the language decides for it. */
  private entryBefore(decidedBy: Step, changes: number): Trace["entry"] {
    const own = decidedBy.rule.origin;
    if (own.kind === "entry") return own;
    const sender = this.way
      .slice(changes)
      .filter(({ rule }) => rule.verdict.kind === "goto")
      .at(-1)?.rule.origin;
    return sender?.kind === "entry" ? sender : undefined;
  }

  private chain(name: string): Chain {
    const chain = this.chains.get(name);
    if (chain === undefined) throw new Error(`invariant: chain ${name} does not exist`);
    return chain;
  }
}

function filterHook({ inInterface, outInterface }: Packet): Hook {
  if (inInterface === undefined) return "output";
  return outInterface === undefined ? "input" : "forward";
}
