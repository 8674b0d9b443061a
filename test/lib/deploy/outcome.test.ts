import { exitCode, type Ending } from "../../../lib/deploy/outcome";
import { endingOf } from "../../../lib/deploy/settle";
import { sideBySide } from "../../../lib/deploy/side-by-side";

test.each<[number, Ending[]]>([
  [0, []],
  [0, ["committed", "unchanged"]],
  [1, ["committed", "failed"]],
  [1, ["unknown"]],
  [3, ["committed", "rolled-back", "failed"]],
  [3, ["safe-rules"]],
])("exit code %d for %j", (code, endings) => {
  const outcomes = endings.map((outcome) => ({ host: "h", generation: "0", outcome, seconds: 1 }));
  expect(exitCode(outcomes)).toBe(code);
});

test.each([
  ["committed", "committed"],
  ["rolled-back", "rolled-back"],
  ["safe-rules", "safe-rules"],
  ["unknown", "failed"],
  ["", "unknown"],
  ["constructor", "unknown"],
])("the runtime's word %j means %s", (word, ending) => {
  expect(endingOf(word)).toBe(ending);
});

test.each([1, 2, 7])("%d at a time: no more at once, and the results in the order of the items", async (width) => {
  let [atWork, most] = [0, 0];
  const results = await sideBySide([30, 10, 20, 0, 5], width, async (ms, index) => {
    most = Math.max(most, ++atWork);
    await new Promise((done) => setTimeout(done, ms));
    atWork--;
    return index;
  });
  expect(results).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(Math.min(width, 5));
});
