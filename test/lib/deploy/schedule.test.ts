import fc from "fast-check";
import { Schedule, type Happening, type Order } from "../../../lib/deploy/schedule";
import type { Wave } from "../../../lib/model/waves";

const wave = (hosts: string, more: Partial<Wave> = {}): Wave => ({
  hosts: hosts.split(" "),
  maxFailures: 0,
  pause: 0,
  atomic: false,
  ...more,
});

/** `begin a`, `open-wave 0`, `rest 30`, `stop failures` */
const inWords = (order: Order): string => {
  switch (order.kind) {
    case "open-wave":
      return `wave ${order.wave}`;
    case "rest":
      return `rest ${order.seconds}`;
    case "stop":
      return `stop ${order.why.kind}`;
    case "finish":
      return "finish";
    case "begin":
    case "confirm":
    case "leave":
      return `${order.kind} ${order.host}`;
    case "take-back":
      return `take-back ${order.host} because ${order.because}`;
  }
};

/** `well a`, `same a` (unchanged), `badly a`, `proven a`, `stalled a`, `rested` */
function happening(words: string): Happening {
  const [what = "", host = ""] = words.split(" ");
  if (what === "well" || what === "same" || what === "badly") {
    return { kind: "ended", host, well: what !== "badly", changed: what === "well" };
  }
  return { kind: what, host } as Happening;
}

test.each<{ what: string; waves: Wave[]; parallel: number; way: readonly (readonly [string, string])[] }>([
  {
    what: "a wave begins when the one before has ended well",
    waves: [wave("a"), wave("b c")],
    parallel: 2,
    way: [
      ["start", "wave 0, begin a"],
      ["well a", "wave 1, begin b, begin c"],
      ["well c", ""],
      ["well b", "finish"],
    ],
  },
  {
    what: "a canary that fails: no other host is begun",
    waves: [wave("a"), wave("b c")],
    parallel: 2,
    way: [
      ["start", "wave 0, begin a"],
      ["badly a", "stop failures, leave b, leave c, finish"],
    ],
  },
  {
    what: "a failure in a wave: those at work end, the others are left",
    waves: [wave("a b c d"), wave("e")],
    parallel: 2,
    way: [
      ["start", "wave 0, begin a, begin b"],
      ["badly a", "stop failures"],
      ["well b", "leave c, leave d, leave e, finish"],
    ],
  },
  {
    what: "as many failures as are allowed do not stop it, across waves",
    waves: [wave("a b", { maxFailures: 1 }), wave("c d", { maxFailures: 1 }), wave("e", { maxFailures: 1 })],
    parallel: 2,
    way: [
      ["start", "wave 0, begin a, begin b"],
      ["badly a", ""],
      ["well b", "wave 1, begin c, begin d"],
      ["badly c", "stop failures"],
      ["well d", "leave e, finish"],
    ],
  },
  {
    what: "a pause follows a wave that changed something, and not the last one",
    waves: [wave("a", { pause: 30 }), wave("b", { pause: 30 }), wave("c", { pause: 30 })],
    parallel: 1,
    way: [
      ["start", "wave 0, begin a"],
      ["same a", "wave 1, begin b"],
      ["well b", "rest 30"],
      ["rested", "wave 2, begin c"],
      ["well c", "finish"],
    ],
  },
  {
    what: "a silent host gives its place away, and a host that speaks again keeps on",
    waves: [wave("a b c d")],
    parallel: 1,
    way: [
      ["start", "wave 0, begin a"],
      ["stalled a", "begin b"],
      ["resumed a", ""],
      ["well b", ""],
      ["well a", "begin c"],
      ["well c", "begin d"],
      ["well d", "finish"],
    ],
  },
  {
    what: "silent hosts do not multiply without a bound",
    waves: [wave("a b c d e f")],
    parallel: 1,
    way: [
      ["start", "wave 0, begin a"],
      ["stalled a", "begin b"],
      ["stalled b", "begin c"],
      ["stalled c", "begin d"],
      ["stalled d", ""],
      ["badly a", "stop failures"],
      ["badly b", ""],
      ["badly c", ""],
      ["badly d", "leave e, leave f, finish"],
    ],
  },
  {
    what: "atomic: nobody is confirmed before all are proven, whatever the number of places",
    waves: [wave("a b c", { atomic: true }), wave("d", { atomic: true })],
    parallel: 1,
    way: [
      ["start", "wave 0, begin a"],
      ["proven a", "begin b"],
      ["same b", "begin c"],
      ["proven c", "confirm a, confirm c"],
      ["well c", ""],
      ["well a", "wave 1, begin d"],
      ["proven d", "confirm d"],
      ["well d", "finish"],
    ],
  },
  {
    what: "atomic: one fails, and all of the wave go back, those that are proven later too",
    waves: [wave("a b c d", { atomic: true }), wave("e")],
    parallel: 3,
    way: [
      ["start", "wave 0, begin a, begin b, begin c"],
      ["proven a", "begin d"],
      ["badly b", "stop failures, take-back a because b"],
      ["proven c", "take-back c because b"],
      ["badly a", ""],
      ["badly d", ""],
      ["badly c", "leave e, finish"],
    ],
  },
  {
    what: "atomic: a confirmation that fails stops the rollout, and the confirmed ones stay",
    waves: [wave("a b", { atomic: true }), wave("c")],
    parallel: 2,
    way: [
      ["start", "wave 0, begin a, begin b"],
      ["proven a", ""],
      ["proven b", "confirm a, confirm b"],
      ["badly a", "stop failures"],
      ["well b", "leave c, finish"],
    ],
  },
  {
    what: "an interruption: those at work end, a pause ends at once",
    waves: [wave("a b c"), wave("d")],
    parallel: 2,
    way: [
      ["start", "wave 0, begin a, begin b"],
      ["interrupted", "stop interrupted"],
      ["interrupted", ""],
      ["well a", ""],
      ["well b", "leave c, leave d, finish"],
    ],
  },
  {
    what: "an interruption within a pause",
    waves: [wave("a", { pause: 600 }), wave("b")],
    parallel: 2,
    way: [
      ["start", "wave 0, begin a"],
      ["well a", "rest 600"],
      ["interrupted", "stop interrupted, leave b, finish"],
      ["rested", ""],
    ],
  },
  { what: "nothing to do", waves: [], parallel: 2, way: [["start", "finish"]] },
])("$what", ({ waves, parallel, way }) => {
  const schedule = new Schedule(waves, parallel);
  for (const [words, want] of way) {
    const orders = schedule.take(happening(words)).map(inWords).join(", ");
    expect(`${words}: ${orders}`).toBe(`${words}: ${want}`);
  }
});

const someWaves = fc
  .array(fc.record({ size: fc.integer({ min: 1, max: 5 }), atomic: fc.boolean(), maxFailures: fc.nat(2) }), { maxLength: 4 })
  .map((given) =>
    given.map(({ size, ...more }, index) =>
      wave(Array.from({ length: size }, (_, host) => `${index}.${host}`).join(" "), more),
    ),
  ); // prettier-ignore

/**
 * Plays a rollout in which anything may happen to a host that is at work. It holds: waves do not overlap; no more work
 * than there are places, but for hosts that came back; an atomic wave has been proven as a whole before any of it is
 * confirmed; each host ends once, or is left once.
 */
test("whatever happens, waves do not overlap, atomic ones are whole, and every host ends once", () => {
  const play = (waves: readonly Wave[], parallel: number, dice: readonly number[]): void => {
    const schedule = new Schedule(waves, parallel);
    const state = new Map<string, "working" | "stalled" | "proven" | "confirming" | "going-back">();
    const over = new Map<string, "well" | "badly" | "left">();
    const waveOf = new Map(waves.flatMap(({ hosts }, index) => hosts.map((host) => [host, index] as const)));
    let finished = false;
    const obey = (order: Order): void => {
      switch (order.kind) {
        case "begin": {
          expect(state.has(order.host) || over.has(order.host)).toBe(false);
          const mine = waveOf.get(order.host) ?? -1;
          for (const host of state.keys()) expect(waveOf.get(host)).toBe(mine);
          for (const [host, index] of waveOf) if (index < mine) expect(over.has(host)).toBe(true);
          state.set(order.host, "working");
          expect([...state.values()].filter((one) => one === "working").length).toBeLessThanOrEqual(parallel);
          return;
        }
        case "confirm": {
          expect(state.get(order.host)).toBe("proven");
          const others = waves[waveOf.get(order.host) ?? -1]?.hosts ?? [];
          for (const host of others) {
            expect(over.get(host) === "well" || ["proven", "confirming"].includes(state.get(host) ?? "")).toBe(true);
          }
          state.set(order.host, "confirming");
          return;
        }
        case "take-back":
          expect(state.get(order.host)).toBe("proven");
          state.set(order.host, "going-back");
          return;
        case "leave":
          expect(state.has(order.host) || over.has(order.host)).toBe(false);
          over.set(order.host, "left");
          return;
        case "finish":
          finished = true;
          return;
        case "open-wave":
        case "rest":
        case "stop":
          return;
      }
    };
    const tell = (one: Happening): void => {
      if (one.kind === "ended") {
        state.delete(one.host);
        over.set(one.host, one.well ? "well" : "badly");
      }
      if (one.kind === "proven") state.set(one.host, "proven");
      if (one.kind === "stalled" && state.get(one.host) === "working") state.set(one.host, "stalled");
      if (one.kind === "resumed" && state.get(one.host) === "stalled") state.set(one.host, "working");
      schedule.take(one).forEach(obey);
    };
    tell({ kind: "start" });
    for (let turn = 0; !finished; turn++) {
      const die = (dice[turn % dice.length] ?? 0) + (turn > 300 ? 0 : turn);
      const movable = [...state].filter(([, at]) => at !== "proven");
      const [host, at] = movable[die % movable.length] ?? [];
      if (host === undefined || at === undefined) throw new Error("the rollout hangs");
      const isAtomic = waves[waveOf.get(host) ?? -1]?.atomic === true;
      const choice = die % 11;
      if (die % 97 === 96) tell({ kind: "interrupted" });
      else if (at === "working" && choice < 2 && turn < 300) tell({ kind: "stalled", host });
      else if (at === "stalled" && choice < 5) tell({ kind: "resumed", host });
      else if (at === "confirming" || at === "going-back") tell({ kind: "ended", host, well: at === "confirming", changed: true });
      else if (choice === 10) tell({ kind: "ended", host, well: false, changed: false });
      else if (isAtomic && choice !== 9) tell({ kind: "proven", host });
      else tell({ kind: "ended", host, well: true, changed: !isAtomic });
    }
    expect([...over.keys()].sort()).toEqual([...waveOf.keys()].sort());
    expect(state.size).toBe(0);
  }; // prettier-ignore
  fc.assert(
    fc.property(someWaves, fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(1000), { minLength: 5, maxLength: 50 }), play),
    { numRuns: 500 },
  ); // prettier-ignore
});
