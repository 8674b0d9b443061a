import { Lab } from "../../lib/sandbox";
import { campaign, type Done } from "./campaign";
import { FAULTS } from "./faults";

/** The fixed part: some of every fault. `npm run faults` makes hundreds (docs/faults.md). */
let lab: Lab;
let done: readonly Done[];

beforeAll(async () => {
  lab = await Lab.start({ hosts: 6 });
  done = await campaign(lab, { count: 26, seed: 1 });
}, 300_000);
afterAll(() => lab?.stop());

test.each(Object.entries(FAULTS))("%s", (fault) => {
  const mine = done.filter(({ injection }) => injection.fault === fault);
  const troubles = mine.flatMap(({ injection, loader, verdict }) =>
    verdict.troubles.map((trouble) => ({ ...injection, loader, ...trouble })),
  );
  expect(troubles).toEqual([]);
});

test("as many faults as were asked for were made, and every host was examined", () => {
  expect(done.filter(({ verdict }) => verdict.fired).length).toBeGreaterThanOrEqual(26);
});
