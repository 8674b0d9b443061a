import { PROTOCOL, type AddressSet, type Match, type Ruleset } from "../compile/ruleset";
import type { AddressPolicy } from "../model/addresses";
import type { ServiceMatch } from "../model/services";
import { rangesOf4, rangesOf6 } from "./address-ranges";
import type { Range } from "./partition";

/** Packets that a question is about: what it names is told apart like what rules name. */
export interface Question {
  readonly source?: AddressPolicy | undefined;
  readonly destination?: AddressPolicy | undefined;
  readonly services?: readonly ServiceMatch[] | undefined;
}

export interface AddressLandmarks {
  readonly v4: (readonly Range<number>[])[];
  readonly v6: (readonly Range<bigint>[])[];
}

/** Addresses of many: nothing answers packets to them. */
export const MULTICAST: AddressPolicy = { v4: ["224.0.0.0/4"], v6: ["ff00::/8"] };
/** Protocols that packets are made of in every answer, whether or not a rule names them. */
const KNOWN = Object.values(PROTOCOL);

/** All that rulesets and questions name, by the part of a packet that it is about: nothing else tells packets apart. */
export class Landmarks {
  readonly interfaces = new Set<string>();
  readonly source: AddressLandmarks = { v4: [], v6: [] };
  readonly destination: AddressLandmarks = { v4: [], v6: [] };
  readonly protocols = new Set<number>(KNOWN);
  /** By the number of the protocol; ICMP has types and codes there. */
  readonly ports = new Map<number, (readonly Range<number>[])[]>();
  readonly sourcePorts = new Map<number, (readonly Range<number>[])[]>();
  readonly moments = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(rulesets: readonly Ruleset[], questions: readonly Question[]) {
    this.#addresses("destination", MULTICAST);
    for (const ruleset of rulesets) this.#ruleset(ruleset);
    for (const { source, destination, services = [] } of questions) {
      if (source !== undefined) this.#addresses("source", source);
      if (destination !== undefined) this.#addresses("destination", destination);
      services.forEach((service) => this.#service(service));
    }
  }

  #ruleset({ sets, chains }: Ruleset): void {
    const byName = new Map(sets.map((set) => [set.name, set]));
    const used = new Set<string>();
    for (const { rules } of chains) {
      for (const { matches } of rules) {
        for (const match of matches) {
          if (match.kind !== "address") this.#match(match);
          else if (!used.has(`${match.side} ${match.set}`)) {
            used.add(`${match.side} ${match.set}`);
            this.#addresses(match.side, byName.get(match.set) ?? { v4: [], v6: [] });
          }
        }
      }
    }
  }

  #match(match: Exclude<Match, { kind: "address" }>): void {
    switch (match.kind) {
      case "in-interface":
      case "out-interface":
        this.interfaces.add(match.name);
        break;
      case "protocol":
        this.protocols.add(match.number);
        break;
      case "ports":
        this.#ports(match.side === "source" ? this.sourcePorts : this.ports, PROTOCOL[match.protocol], match.ranges);
        break;
      case "icmp":
        this.#ports(this.ports, match.family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6, match.types.map(typeRange));
        break;
      case "before":
        this.moments.add(match.moment);
        break;
      case "pairs":
        for (const { family, address, protocol, ports } of match.pairs) {
          this.#addresses("source", family === 4 ? { v4: [address], v6: [] } : { v4: [], v6: [address] });
          this.#ports(this.ports, PROTOCOL[protocol], [ports]);
        }
        break;
      case "conntrack-state":
      case "forwarded":
      case "destination-type":
      case "masquerade-mark":
      case "limit":
      case "connections":
      case "raw":
      case "published":
        break;
      case "asked-ports":
        this.protocols.add(PROTOCOL[match.protocol]);
        break;
    }
  }

  #service(service: ServiceMatch): void {
    switch (service.kind) {
      case "ports":
        this.#ports(this.ports, PROTOCOL[service.protocol], service.ports);
        break;
      case "protocol":
        this.protocols.add(service.number);
        break;
      case "icmp":
        this.#ports(this.ports, PROTOCOL.icmp, (service.v4 ?? []).map(typeRange));
        this.#ports(this.ports, PROTOCOL.icmpv6, (service.v6 ?? []).map(typeRange));
        break;
    }
  }

  /** A single address may be named by thousands of pairs. Long lists that are the same are few, and do no harm. */
  #addresses(side: "source" | "destination", { v4, v6 }: Pick<AddressSet, "v4" | "v6">): void {
    const isNew = (list: readonly string[]) => list.length > 1 || this.#isNew(`${side} ${list[0] ?? ""}`);
    if (v4.length > 0 && isNew(v4)) this[side].v4.push(rangesOf4(v4));
    if (v6.length > 0 && isNew(v6)) this[side].v6.push(rangesOf6(v6));
  }

  #ports(
    into: Map<number, (readonly Range<number>[])[]>,
    protocol: number,
    ranges: readonly (readonly [number, number])[],
  ): void {
    if (ranges.length === 0 || !this.#isNew(`${into === this.ports ? "" : "from "}${protocol} ${ranges.join(" ")}`))
      return;
    const known = into.get(protocol);
    if (known === undefined) into.set(protocol, [ranges]);
    else known.push(ranges);
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}

/** An ICMP type, or one of its codes, as a row of numbers: the type in the higher byte. */
export function typeRange({
  type,
  code,
}: {
  readonly type: number;
  readonly code?: number | undefined;
}): Range<number> {
  const first = type * 256 + (code ?? 0);
  return [first, code === undefined ? first + 255 : first];
}
