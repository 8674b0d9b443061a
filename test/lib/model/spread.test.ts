import fc from "fast-check";
import { printAssignment, readAssignment } from "../../../lib/model/assignment-file";
import { spread, type Assignment } from "../../../lib/model/spread";

const name = (number: number): string => `s-${number}`;
const host = (text: string) => {
  const [id = "", group] = text.split("@");
  return { name: id, groups: group === undefined ? [] : [group] };
};
const hosts = (text: string) => text.split(" ").filter(Boolean).map(host);
const told = (assignment: Assignment) => [...assignment].map(([stack, names]) => `${stack}: ${names.join(" ")}`.trim());
const assigned = (text: string): Assignment =>
  new Map(text.split("; ").filter(Boolean).map((part) => [part.split(":")[0] ?? "", (part.split(":")[1] ?? "").split(" ").filter(Boolean)])); // prettier-ignore

test.each<[string, string, string, string[]]>([
  ["few hosts are one stack", "a b c", "", ["s-1: a b c"]],
  ["more are several", "a b c d e f", "", ["s-1: a b c d", "s-2: e f"]],
  ["groups that fit together share a stack", "a@x b@x c@y d@y e@z", "", ["s-1: a b c d", "s-2: e"]],
  ["a group that does not fit in whole begins anew", "a@x b@x c@x d@y e@y", "", ["s-1: a b c", "s-2: d e"]],
  ["a small group fills what is left", "a@x b@x c@x d@y e@y f@z", "", ["s-1: a b c f", "s-2: d e"]],
  ["a new host goes to its group", "new@y a@x b@x d@y", "s-1: a b; s-2: d", ["s-1: a b", "s-2: d new"]],
  ["where its group is full, to the fullest that has room", "a b c d new e f@z", "s-1: a b c d; s-2: e; s-3: f", ["s-1: a b c d", "s-2: e new", "s-3: f"]], // prettier-ignore
  ["who goes leaves a place, and moves nobody", "b c d e", "s-1: a b c d; s-2: e", ["s-1: b c d", "s-2: e"]],
  ["a stack without hosts stays, and is filled again", "a b c d new", "s-1: a b c d; s-2:", ["s-1: a b c d", "s-2: new"]], // prettier-ignore
  [
    "a stack that has more than it should keeps them",
    "a b c d e new",
    "s-1: a b c d e",
    ["s-1: a b c d e", "s-2: new"],
  ],
  ["a number that is taken is not given again", "a b c d e", "s-2: a b c d", ["s-2: a b c d", "s-3: e"]],
])("%s", (_what, given, before, expected) => {
  expect(told(spread(hosts(given), assigned(before), { size: 4, name }))).toEqual(expected);
});

const fleet = fc.uniqueArray(fc.record({ id: fc.nat(60), group: fc.constantFrom("", "x", "y", "z") }), { selector: ({ id }) => id }); // prettier-ignore
const asHosts = (drawn: readonly { id: number; group: string }[]) =>
  drawn.map(({ id, group }) => ({ name: `h${id}`, groups: group === "" ? [] : [group] }));
const placeOf = (assignment: Assignment) => new Map([...assignment].flatMap(([stack, names]) => names.map((one) => [one, stack] as const))); // prettier-ignore

test("whoever comes or goes: every host has one stack, none has moved, and none is too large", () => {
  fc.assert(
    fc.property(fleet, fleet, fc.integer({ min: 1, max: 20 }), (first, second, size) => {
      const before = spread(asHosts(first), new Map(), { size, name });
      const after = spread(asHosts(second), before, { size, name });
      const [was, is] = [placeOf(before), placeOf(after)];
      expect([...is.keys()].sort()).toEqual(asHosts(second).map((one) => one.name).sort()); // prettier-ignore
      for (const [one, stack] of is) expect(was.get(one) ?? stack).toBe(stack);
      for (const names of after.values()) expect(names.length).toBeLessThanOrEqual(size);
    }),
  );
});

test("the file is read as it was written, its hosts in the order of their names", () => {
  const assignment = assigned("edge-1: b a; edge-2:");
  expect(told(readAssignment(printAssignment(assignment), "f"))).toEqual(["edge-1: a b", "edge-2:"]);
});

test.each([
  ["{", "can not be read"],
  ['{"format":2,"stacks":{}}', "can not be read"],
  ['{"format":1,"stacks":{"../x":[]}}', "can not be read"],
  ['{"format":1,"stacks":{"a":["h"],"b":["h"]}}', "the host `h` in two stacks: `a` and `b`"],
])("%s: %s", (text, message) => {
  expect(() => readAssignment(text, "edge.stacks.json")).toThrow(message);
});
