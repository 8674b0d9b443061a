import { inventoryFrom, parseInventory, type InventoryInput } from "../../../lib/model/inventory";
import { expectFindings } from "./harness";

const parse = (text: string) => parseInventory(text, "inventory.yaml", (file) => `/base/${file}`);
const from = (inventory: InventoryInput) => inventoryFrom(inventory, (file) => `/base/${file}`);

test("what a host says goes before its groups, the later before the earlier, before the defaults", () => {
  const { hosts, groups } = parse(`
defaults: { ssh: { user: root, port: 1, sudo: false, knownHostsFiles: [known] }, variables: { a: 1, b: 1, c: 1, d: 1 } }
groups:
  web: { ssh: { user: web, port: 2, sudo: true }, variables: { b: 2, c: 2, d: 2 } }
  edge: { ssh: { user: edge, port: 3 }, variables: { c: 3, d: [3] } }
  none:
hosts:
  x: { address: 203.0.113.1, groups: [web, edge], ssh: { user: me, identityFiles: [~/id, id] }, variables: { d: { deep: 4 } } }
  y:
`);
  expect(groups).toEqual(["web", "edge", "none"]);
  expect(hosts).toEqual([
    {
      name: "x",
      address: "203.0.113.1",
      user: "me",
      port: 3,
      sudo: true,
      knownHostsFiles: ["/base/known"],
      identityFiles: ["~/id", "/base/id"],
      groups: ["web", "edge"],
      variables: { a: 1, b: 2, c: 3, d: { deep: 4 } },
    },
    {
      name: "y",
      address: "y",
      user: "root",
      port: 1,
      sudo: false,
      knownHostsFiles: ["/base/known"],
      groups: [],
      variables: { a: 1, b: 1, c: 1, d: 1 },
    },
  ]);
});

test("install: as a host says, else its last group that says something, else the defaults", () => {
  const { hosts } = parse(`
defaults: { install: true }
groups: { old: { install: false }, web: {} }
hosts: { a: {}, b: { groups: [old, web] }, c: { groups: [old], install: true } }
`);
  expect(hosts.map(({ install }) => install)).toEqual([true, false, true]);
});

test("JSON is YAML", () => {
  expect(parse(JSON.stringify({ hosts: { a: { ssh: { port: 22 } } } })).hosts[0]).toMatchObject({
    name: "a",
    port: 22,
  });
});

describe("jump hosts", () => {
  const jumps = (inventory: InventoryInput) =>
    Object.fromEntries(from(inventory).hosts.map(({ name, jump }) => [name, jump?.map(({ address }) => address)]));
  const gate = { address: "203.0.113.1", ssh: { port: 2222, user: "jump" } };

  test("a name of the inventory is that host, with its settings", () => {
    const { hosts } = from({ hosts: { gate, a: { ssh: { jump: ["gate"] } } } });
    expect(hosts[1]?.jump).toEqual([{ address: "203.0.113.1", port: 2222, user: "jump" }]);
  });
  test("another name is an address", () =>
    expect(jumps({ hosts: { a: { ssh: { jump: ["gate.example"] } } } })).toEqual({ a: ["gate.example"] }));
  test("settings stand for themselves", () =>
    expect(jumps({ hosts: { gate, a: { ssh: { jump: [{ address: "gate", port: 1 }] } } } }).a).toEqual(["gate"]));
  test("the one of the defaults is reached directly itself", () =>
    expect(jumps({ defaults: { ssh: { jump: ["gate"] } }, hosts: { gate, a: {} } })).toEqual({
      gate: [],
      a: ["203.0.113.1"],
    }));
  test("the first hop brings its own", () =>
    expect(
      jumps({ hosts: { gate, inner: { ssh: { jump: ["gate"] } }, a: { ssh: { jump: ["inner", "x"] } } } }).a,
    ).toEqual(["203.0.113.1", "inner", "x"]));
  test("a circle is told", () =>
    expectFindings(
      () => from({ hosts: { a: { ssh: { jump: ["b"] } }, b: { ssh: { jump: ["a"] } } } }),
      ["circle: `a` → `b` → `a`", "circle: `b` → `a` → `b`"],
    ));
});

describe("told with line and column", () => {
  test.each<[string, string, string[]]>([
    ["an empty file", "", ["inventory.yaml:1:1 (hosts): the inventory is empty. Give at least one host"]],
    ["no hosts", "groups: { web: {} }\nhosts: {}\n", ["inventory.yaml:2:1 (hosts): the inventory has no hosts"]],
    ["hosts without any", "hosts:\n", ["the inventory has no hosts"]],
    ["hosts left out", "groups: { web: {} }\n", ["`hosts` is missing"]],
    ["hosts as a list", "hosts: [a]\n", ["inventory.yaml:1:8 (hosts): `hosts` may not be"]],
    ["a host twice", "hosts:\n  a: {}\n  a: {}\n", ["inventory.yaml:3:3: the key `a` is given twice"]],
    ["a text that is no YAML", "hosts:\n  a: {]\n", ["inventory.yaml:2:7", "inventory.yaml:2"].slice(0, 1)],
    ["two documents", "hosts: {a: {}}\n---\nhosts: {b: {}}\n", ["holds more than one document"]],
    [
      "a mistyped key",
      "hosts:\n  a: { adress: x }\n",
      [
        "inventory.yaml:2:8 (hosts/a/adress): `adress` is not known here. Allowed: `address`, `groups`, `ssh`, `install`, `variables`. Did you mean `address`?",
      ],
    ],
    ["a mistyped ssh setting", "hosts: { a: { ssh: { prot: 22 } } }", ["Did you mean `port`?"]],
    [
      "a mistyped group",
      "groups: { web: {} }\nhosts: { a: { groups: [wep] } }\n",
      [
        "inventory.yaml:2:24 (hosts/a/groups/0): `wep` is no group of this inventory. Allowed: `web`. Did you mean `web`?",
      ],
    ],
    ["a group of no inventory", "hosts: { a: { groups: [constructor] } }\n", ["`constructor` is no group"]],
    ["port 0", "hosts: { a: { ssh: { port: 0 } } }", ["`port` may not be `0`. Allowed: 1 to 65535"]],
    ["port 70000", "hosts: { a: { ssh: { port: 70000 } } }", ["`port` may not be `70000`. Allowed: 1 to 65535"]],
    ["a port as text", 'hosts: { a: { ssh: { port: "22" } } }', ['`port` may not be `"22"`. Allowed: a number']],
    ["a hop without an address", "hosts: { a: { ssh: { jump: [{ port: 1 }] } } }", ["`address` is missing"]],
    ["a hop as a command", "hosts: { a: { ssh: { jump: ['$(x)'] } } }", ["`jump[0]` may not be `$(x)`"]],
    [
      "all of it, in the order of the lines",
      "x: 1\nhosts:\n  a: { adress: x }\n  b: { ssh: { prot: 1, port: 0 } }\n  'c d': {}\n",
      ["1:1 (x)", "3:8 (", "4:15 (", "4:30 (", "5:3 ("].map((at) => `inventory.yaml:${at}`),
    ],
  ])("%s", (_, text, expected) => expectFindings(() => parse(text), expected));

  test.each(["it's", 'say "x"', "a\nb", "$(reboot)", "a b", "../x", "-a", "a-", "x".repeat(300), "", "ä"])(
    "a host named %j",
    (name) => {
      expectFindings(() => parse(JSON.stringify({ hosts: { [name]: {} } })), ["is no valid name. Allowed: "]);
    },
  );

  test("aliases that stand for too much", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdef".split("").map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcde"[i]}`).join()}]`),
      "hosts: [*f]",
    ];
    expectFindings(() => parse(bomb.join("\n")), ["the aliases of the document stand for too much"]);
  });

  test("nesting without an end", () =>
    expectFindings(() => parse("[".repeat(100_000)), ["the document is nested too deeply"]));

  test("a few aliases are welcome", () => {
    const { hosts } = parse("defaults: { variables: { a: &a [1] } }\nhosts: { x: { variables: { b: *a } } }");
    expect(hosts[0]?.variables).toEqual({ a: [1], b: [1] });
  });
});

test("a host named __proto__ is refused, and pollutes nothing", () => {
  expectFindings(
    () => parse('hosts: { "__proto__": { variables: { polluted: 1 } } }'),
    ["`__proto__` is no valid name"],
  );
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
