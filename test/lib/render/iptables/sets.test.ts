import type { AddressSet } from "../../../../lib/compile/ruleset";
import { addressTests, renderSets } from "../../../../lib/render/iptables/sets";

const render = (sets: readonly AddressSet[]) => renderSets(sets, addressTests(sets));
const many = Array.from({ length: 70_000 }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);

describe("renderSets", () => {
  it.each([
    ["nothing", { v4: [], v6: [] }, []],
    ["one address of each family", { v4: ["192.0.2.1"], v6: ["2001:db8::1"] }, []],
    ["everything", { v4: ["0.0.0.0/0", "192.0.2.1"], v6: ["::/0", "2001:db8::1"] }, []],
    [
      "two addresses",
      { v4: ["192.0.2.0/24", "192.0.2.1"], v6: ["2001:db8::1"] },
      [
        "create cdkfw-\u0001GENERATION\u0001-0-4 hash:net family inet hashsize 64 maxelem 65536",
        "add cdkfw-\u0001GENERATION\u0001-0-4 192.0.2.0/24",
        "add cdkfw-\u0001GENERATION\u0001-0-4 192.0.2.1",
      ],
    ],
  ])("writes a set for %s only where one is worth it", (_, members, wanted) => {
    expect(render([{ name: "x", ...members }])).toBe(wanted.map((line) => `${line}\n`).join(""));
  });

  it("takes addresses that begin with a colon", () => {
    expect(render([{ name: "x", v4: [], v6: ["::/48", "::1"] }])).toMatch(/add \S+ ::\/48\nadd \S+ ::1\n$/);
  });

  it("makes room for all members", () => {
    const [create] = render([{ name: "x", v4: many, v6: [] }]).split("\n");
    expect(create).toContain("hashsize 131072 maxelem 70000");
  });

  it("refuses a member that is no address", () => {
    expect(() => render([{ name: "x", v4: ["1.2.3.4", "1.2.3.5\nflush"], v6: [] }])).toThrow("invariant");
  });
});

describe("addressTests", () => {
  it("knows the sets that it was given, and no other", () => {
    expect(() => addressTests([])("x", 4)).toThrow("invariant: set x does not exist");
  });
});
