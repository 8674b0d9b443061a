import { driftOf } from "../../../../lib/deploy/drift/block";

const chain = (wanted: string[], stands: string[]) => driftOf({ name: "chain input/ext", wanted, stands });

test.each<[string, string[], string[], string[]]>([
  ["nothing", ["a", "b"], ["a", "b"], []],
  ["a rule is gone", ["a", "b", "c"], ["a", "c"], ["missing b"]],
  ["a rule was put in", ["a", "b"], ["x", "a", "b"], ["added x"]],
  ["a rule was changed", ["a", "b"], ["a", "y"], ["missing b", "added y"]],
  ["one of two that are the same is gone", ["a", "a", "b"], ["a", "b"], ["missing a"]],
  ["a rule went to the front", ["a", "b", "c"], ["c", "a", "b"], ["moved c"]],
  ["a rule went to the end", ["a", "b", "c"], ["b", "c", "a"], ["moved a"]],
  ["two changed places behind one that was put in", ["a", "b"], ["x", "b", "a"], ["added x", "moved b"]],
  ["a rule stands more than once", ["a"], ["a", "a"], ["added a"]],
])("%s", (_what, wanted, stands, expected) => {
  expect(chain(wanted, stands).map(({ kind, text }) => `${kind} ${text}`)).toEqual(expected);
});

test("nft prints several elements of a set on a line: they are told one by one", () => {
  const set = (...lines: string[]) => [
    "set pairs-0-4 {",
    "\ttype ipv4_addr . inet_proto . inet_service",
    ...lines,
    "}",
  ];
  const wanted = set(
    '\telements = { 10.0.0.1 . tcp . 22 comment "ssh, from [edge/a]",',
    '\t\t 10.0.0.2 . tcp . 22 comment "{b}", 10.0.0.3 . tcp . 22 }',
  );
  const stands = set(
    '\telements = { 10.0.0.2 . tcp . 22 comment "{b}", 10.0.0.3 . tcp . 22,',
    "\t\t 10.0.0.9 . tcp . 22 }",
  );
  expect(driftOf({ name: "set pairs-0-4", wanted, stands })).toEqual([
    { kind: "missing", where: "set pairs-0-4", text: '10.0.0.1 . tcp . 22 comment "ssh, from [edge/a]"' },
    { kind: "added", where: "set pairs-0-4", text: "10.0.0.9 . tcp . 22" },
  ]);
});

test.each([
  ["chain input/ext", "input/ext"],
  ["4 filter CDKFW-INPUT", "IPv4 filter CDKFW-INPUT"],
  ["set cdkfw-1-0-4", "set cdkfw-1-0-4"],
])("%s is told as %s", (name, where) => {
  expect(driftOf({ name, wanted: [], stands: ["x"] })[0]?.where).toBe(where);
});
