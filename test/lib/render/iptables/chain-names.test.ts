import fc from "fast-check";
import { chainName, chainNames } from "../../../../lib/render/iptables/chain-names";
import { zoneName } from "../../../../lib/model/names";

const LONG = "z".repeat(32);

describe("chainName", () => {
  it.each([
    ["input", "CDKFW-INPUT"],
    ["accept+nat", "CDKFW-ACCEPT-NAT"],
    ["input/ext", "CDKFW-I-ext"],
    ["output/ext", "CDKFW-O-ext"],
    ["forward/ext", "CDKFW-F-ext"],
    ["forward/ext/lan", "CDKFW-F-ext.lan"],
    ["forward/a-b/c", "CDKFW-F-a-b.c"],
    ["forward/a/b-c", "CDKFW-F-a.b-c"],
    ["input/abcdefghijklmnopqrst", "CDKFW-I-abcdefghijklmnopqrst"],
  ])("%s → %s", (name, wanted) => expect(chainName(name)).toBe(wanted));

  it.each([`input/${LONG}`, `forward/${LONG}`, `forward/${LONG}/${LONG}`, "input/abcdefghijklmnopqrstu"])(
    "cuts %s to 28 characters, and tells it apart by a digest",
    (name) => {
      expect(chainName(name)).toMatch(/^CDKFW-[IF]-[a-z.]{12}~[0-9a-f]{7}$/);
      expect(chainName(name)).not.toBe(chainName(`${name}a`));
    },
  );

  it.each(["input/a b", "input/a;b", "input/a\nb", "input/ä", 'input/"'])("makes none of %j", (name) => {
    expect(() => chainName(name)).toThrow("invariant: no chain name can be made of");
  });

  it("gives different zones different names, which iptables takes", () => {
    const zone = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/).filter((name) => zoneName.safeParse(name).success);
    const chain = fc.oneof(
      fc.tuple(fc.constantFrom("input", "output", "forward"), zone),
      fc.tuple(fc.constant("forward"), zone, zone),
    );
    const names = fc.uniqueArray(
      chain.map((parts) => parts.join("/")),
      { minLength: 2, maxLength: 30 },
    );
    fc.assert(
      fc.property(names, (given) => {
        const printed = given.map(chainName);
        expect(new Set(printed).size).toBe(given.length);
        for (const name of printed) expect(name).toMatch(/^CDKFW-[A-Za-z0-9._~-]{1,22}$/);
      }),
    );
  });
});

describe("chainNames", () => {
  it("knows the chains of its ruleset only", () => {
    const names = chainNames([{ name: "input/a" }]);
    expect(names("input/a")).toBe("CDKFW-I-a");
    expect(() => names("input/b")).toThrow("invariant: chain input/b does not exist");
  });

  it("refuses two chains of one name", () => {
    expect(() => chainNames([{ name: "input/a" }, { name: "input/a" }])).toThrow("invariant: two chains have one name");
  });
});
