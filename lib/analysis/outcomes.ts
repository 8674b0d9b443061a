import type { RuleOrigin } from "../compile/ruleset";

/** Where a port forward sends a packet. */
export interface Target {
  readonly v4?: string;
  readonly v6?: string;
  readonly port?: number;
}

/** What becomes of a packet, and which rule decides it. */
export interface Outcome {
  readonly verdict: "accept" | "reject" | "drop";
  /** Nothing where no rule decides: outbound traffic is open. */
  readonly by: RuleOrigin | undefined;
  /** The number of the address to put in as the source: 0 for that of the interface. */
  readonly source?: number | undefined;
  /** The effect that there would be without the entry that decides, where that was asked for. */
  readonly otherwise?: string | undefined;
  /** The forward that changed the destination before. */
  readonly forwardedBy?: RuleOrigin | undefined;
  readonly to?: Target | undefined;
}

/** Verdict and translation in one word: what a sender and a receiver notice. */
export function effectOf({ verdict, source }: Outcome): string {
  return source === undefined ? verdict : `${verdict} ${source}`;
}

/** Terminals of a ruleset's diagrams stand for these. The first values are taken by FALSE, TRUE and NOWHERE. */
const FIRST = 3;

/** The meaning of terminals: outcomes, of which equal ones are one. */
export class Outcomes {
  readonly #outcomes: Outcome[] = [];
  readonly #values = new Map<string, number>();
  readonly #origins = new Map<RuleOrigin | string, number>();

  /** The value of a terminal that stands for an outcome. */
  value(outcome: Outcome): number {
    const { by, otherwise, forwardedBy, to } = outcome;
    const key = `${effectOf(outcome)}|${this.#id(by)}|${otherwise ?? ""}|${this.#id(forwardedBy)}|${to === undefined ? "" : JSON.stringify(to)}`;
    let value = this.#values.get(key);
    if (value === undefined) {
      value = FIRST + this.#outcomes.push(outcome) - 1;
      this.#values.set(key, value);
    }
    return value;
  }

  /** Nothing for terminals that stand for no outcome. */
  at(value: number): Outcome | undefined {
    return this.#outcomes[value - FIRST];
  }

  /** Rules of one entry share an object; what the language implies is told by its reason. */
  #id(origin: RuleOrigin | undefined): number {
    if (origin === undefined) return -1;
    const key = origin.kind === "entry" ? origin : origin.reason;
    let id = this.#origins.get(key);
    if (id === undefined) this.#origins.set(key, (id = this.#origins.size));
    return id;
  }
}
