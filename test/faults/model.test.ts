import { explore } from "./explore";
import type { State, Transition } from "./model";

const space = explore();
const states = [...space.values()];
const count = states.reduce((sum, { next }) => sum + next.length, 0);

/** The states in which a claim does not hold, at most three of them. */
const against = (claim: (state: State) => boolean): State[] => states.map(({ state }) => state).filter((state) => !claim(state)).slice(0, 3); // prettier-ignore
const steps = states.flatMap(({ state, next }) => next.map((transition) => ({ from: state, ...transition })));
const againstStep = (claim: (from: State, to: State) => boolean): unknown[] => steps.filter(({ from, to }) => !claim(from, to)).slice(0, 2); // prettier-ignore

test(`all of it is explored`, () => {
  console.log(`${states.length} states, ${count} transitions`);
  expect(states.length).toBeGreaterThan(1000);
});

test("no change is both confirmed and rolled back", () => {
  expect(against(({ recorded }) => recorded !== "both")).toEqual([]);
});

test("what was committed once stays committed", () => {
  expect(againstStep((from, to) => from.committed === "old" || to.committed === "new")).toEqual([]);
});

test("where the kernel holds anything but what is committed, a record tells who comes to end it", () => {
  expect(against(({ kernel, committed, phase }) => kernel === committed || phase !== "")).toEqual([]);
});

test("a rule is touched only under the lock", () => {
  expect(steps.filter(({ from, to, by }) => from.kernel !== to.kernel && by !== "fault" && from.lock !== by)).toEqual([]); // prettier-ignore
});

test("what the deployer was told is so, and stays so", () => {
  expect(against(({ told, committed }) => told === "" || (told === "committed") === (committed === "new"))).toEqual([]);
});

test("once told how it ended, the deployer is never told otherwise", () => {
  expect(againstStep((from, to) => from.told === "" || from.told === to.told || (from.told !== "committed" && to.told !== "committed"))).toEqual([]); // prettier-ignore
});

test("the timers are there before the first rule is touched, and until the change has ended", () => {
  const armed = steps.filter(
    ({ from, to }) => from.kernel === "old" && to.kernel === "mixed" && from.phase === "armed",
  );
  expect(armed.length).toBeGreaterThan(0);
  expect(armed.filter(({ from, to, by }) => by === "apply" && from.at.keeper1 === "off" && to.at.keeper1 !== "off")).toEqual([]); // prettier-ignore
});

/** Whether from a state some end is reached where only these move, and nothing goes wrong any more. */
function endsBy(movers: readonly Transition["by"][]): (state: State) => boolean {
  const rest = ({ phase, lock, kernel, committed }: State): boolean =>
    phase === "" && lock === "" && kernel === committed;
  const back = new Map<string, string[]>();
  const good: string[] = [];
  for (const [key, { state, next }] of space) {
    if (rest(state)) good.push(key);
    for (const { by, to } of next) {
      if (!movers.includes(by)) continue;
      const target = JSON.stringify(to);
      back.set(target, [...(back.get(target) ?? []), key]);
    }
  }
  const ends = new Set(good);
  for (let key = good.pop(); key !== undefined; key = good.pop()) {
    for (const before of back.get(key) ?? []) {
      if (!ends.has(before)) good.push(before);
      ends.add(before);
    }
  }
  return (state) => ends.has(JSON.stringify(state));
}

const PROCESSES = ["apply", "confirm", "rollback", "asker", "boot", "keeper1", "keeper2", "clock"] as const;

test("with one keeper alive, every change ends without the deployer, and without anybody who asks", () => {
  const ends = endsBy(PROCESSES);
  const kept = ({ at }: State): boolean => at.keeper1 !== "off" || at.keeper2 !== "off";
  expect(against((state) => !kept(state) || ends(state))).toEqual([]);
});

test("without any keeper, the first one who asks ends it", () => {
  const ends = endsBy([...PROCESSES, "deployer"]);
  expect(against(ends)).toEqual([]);
});

test("the one way in which nobody ends a change: both keepers dead, and nobody who asks", () => {
  const ends = endsBy(PROCESSES);
  const stuck = states.map(({ state }) => state).filter((state) => !ends(state));
  expect(stuck.length).toBeGreaterThan(0);
  expect(stuck.filter(({ at }) => at.keeper1 !== "off" || at.keeper2 !== "off")).toEqual([]);
  expect(stuck.filter(({ phase }) => phase === "")).toEqual([]);
});
