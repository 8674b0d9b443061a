import { flowsOf } from "../../../lib/report/flows";
import type { Entry } from "../../../lib/model/policy";
import { forward, policyOf, rule, type PolicyParts } from "../../fixtures/policy";

const ZONES = ["ext", "lan"];

function flow(entries: readonly Entry[], from: string, to: string, defaults: PolicyParts["defaults"] = {}) {
  const given = policyOf({ zones: { ext: ["eth0"], lan: ["lan0"] }, entries, defaults });
  const found = flowsOf(given).find((one) => one.from === from && one.to === to);
  return found && { extent: found.extent, admits: found.admits, refuses: found.refuses };
}

test("every zone is told with the host and with every zone", () => {
  const flows = flowsOf(policyOf({ zones: { ext: ["eth0"], lan: ["lan0"] }, entries: [] }));
  expect(flows.map(({ from, to }) => `${from}>${to}`)).toEqual(
    ZONES.flatMap((from) => ["host", ...ZONES].map((to) => `${from}>${to}`)),
  );
});

test.each<readonly [string, readonly Entry[], ReturnType<typeof flow>]>([
  ["no entry lets nothing through", [], { extent: "nothing", admits: [], refuses: [] }],
  [
    "a service of some sources",
    [rule("accept", "ext", "host", { services: ["tcp/22"], source: ["203.0.113.0/24"] })],
    { extent: "some", admits: ["tcp/22 from 203.0.113.0/24"], refuses: [] },
  ],
  [
    "what stands behind a refusal of all is not told",
    [rule("drop", "ext", "all"), rule("accept", "ext", "host", { services: ["tcp/22"] })],
    { extent: "nothing", admits: [], refuses: [] },
  ],
  [
    "all but what was refused before",
    [rule("reject", "ext", "host", { services: ["tcp/25"] }), rule("accept", "ext", "host")],
    { extent: "everything", admits: ["everything"], refuses: ["tcp/25"] },
  ],
  [
    "an entry with a condition does not decide all",
    [rule("accept", "ext", "host", { limit: { count: 1, per: "second", burst: 5, perSource: false } })],
    { extent: "some", admits: ["everything"], refuses: [] },
  ],
  [
    "a port forward, at the host that it is addressed to",
    [forward("ext", { v4: "10.0.0.2" }, { services: ["tcp/443"] })],
    { extent: "some", admits: ["tcp/443 → 10.0.0.2"], refuses: [] },
  ],
  ["an entry of another zone", [rule("accept", "lan", "host")], { extent: "nothing", admits: [], refuses: [] }],
])("from ext to the host: %s", (_what, entries, expected) => {
  expect(flow(entries, "ext", "host")).toEqual(expected);
});

test("a zone whose default is accept", () => {
  const refused = rule("drop", "ext", "host", { services: ["tcp/23"] });
  expect(flow([refused], "ext", "host", { ext: "accept" })).toEqual({
    extent: "everything",
    admits: ["everything else"],
    refuses: ["tcp/23"],
  });
});
