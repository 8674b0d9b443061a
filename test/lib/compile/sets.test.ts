import { compile } from "../../../lib/compile/compile";
import { policyOf, rule } from "../../fixtures/policy";

const addresses = {
  a: { v4: ["192.0.2.2", "192.0.2.1"], v6: ["2001:db8::1"] },
  b: { v4: ["192.0.2.1", "192.0.2.3"] },
  "a+b": { v4: ["192.0.2.9"] },
  unused: { v4: ["192.0.2.99"] },
};

describe("address sets", () => {
  it.each<[string, string[][], object[]]>([
    ["hold an address's members, sorted", [["a"]], [{ name: "a", v4: ["192.0.2.1", "192.0.2.2"], v6: ["2001:db8::1"] }]],
    ["unite several addresses", [["a", "b"]], [{ name: "a,b", v4: ["192.0.2.1", "192.0.2.2", "192.0.2.3"], v6: ["2001:db8::1"] }]],
    ["are shared by equal lists in any order", [["a", "b"], ["b", "a"], ["b", "a", "b"]], [{ name: "a,b" }]],
    [
      "of two names and of one name that looks like both are not the same",
      [["a", "b"], ["a+b"]],
      [{ name: "a+b", v4: ["192.0.2.9"] }, { name: "a,b", v4: ["192.0.2.1", "192.0.2.2", "192.0.2.3"] }],
    ],
    ["come in the order of their names", [["b"], ["a"]], [{ name: "a" }, { name: "b" }]],
    ["that no entry uses are left out", [], []],
  ])("%s", (_, sources, wanted) => {
    const entries = sources.map((source) => rule("accept", "ext", "host", { source }));
    const { sets } = compile(policyOf({ addresses, entries }));
    expect(sets).toMatchObject(wanted);
    expect(sets).toHaveLength(wanted.length);
  }); // prettier-ignore

  it("of entries that lead nowhere are left out", () => {
    const entries = [rule("accept", "nowhere", "host", { source: ["a"] })];
    expect(compile(policyOf({ addresses, entries })).sets).toEqual([]);
  });
});
