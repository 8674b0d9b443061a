import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Inventory, UserError } from "../../constructs";

const folder = mkdtempSync(join(tmpdir(), "cdkfw-inventory-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file's relative paths are meant from its folder", () => {
  const file = join(folder, "inventory.yaml");
  writeFileSync(
    file,
    "hosts: { a: { ssh: { identityFiles: [keys/id, ~/.ssh/id, /etc/id], knownHostsFiles: [known_hosts] } } }",
  );
  expect(Inventory.fromFile(file).host("a")).toMatchObject({
    identityFiles: [join(folder, "keys/id"), "~/.ssh/id", "/etc/id"],
    knownHostsFiles: [join(folder, "known_hosts")],
  });
});

test("a file that is not there is an error of the user", () => {
  expect(() => Inventory.fromFile(join(folder, "none.yaml"))).toThrow(UserError);
  expect(() => Inventory.fromFile(join(folder, "none.yaml"))).toThrow("there is no such file");
});

describe("asking for what is not there names the near one", () => {
  const inventory = Inventory.from({ groups: { web: {}, db: {} }, hosts: { "web-1": { groups: ["web"] } } });
  const help = (ask: () => unknown) => {
    try {
      ask();
    } catch (error) {
      return error instanceof UserError ? `${error.code}: ${error.message} ${error.help ?? ""}` : error;
    }
    return undefined;
  };
  test("a host", () =>
    expect(help(() => inventory.host("web1"))).toContain(
      "unknown-host: the inventory has no host `web1`; known: `web-1` Did you mean `web-1`?",
    ));
  test("a group", () => expect(help(() => inventory.group("wep"))).toContain("Did you mean `web`?"));
  test("a group without hosts is empty", () => expect(inventory.group("db")).toEqual([]));
});

test("a mistake in a program's inventory names the line that wrote it", () => {
  expect(() => Inventory.from({ hosts: { a: { ssh: { port: 0 } } } })).toThrow(
    /inventory:hosts\/a\/ssh\/port \(test\/constructs\/inventory\.test\.ts:\d+\): `port` may not be `0`/,
  );
});

test("an inventory of Ansible, with its files beside it", () => {
  const inventory = Inventory.fromAnsible("test/fixtures/microfw/nodes/inventory");
  expect(inventory.groups).toEqual(["web", "hosting"]);
  expect(inventory.group("hosting").map(({ name }) => name)).toEqual(["web-1.example.net", "web-2.example.net"]);
  expect(inventory.host("web-1.example.net")).toMatchObject({
    address: "web-1.example.net",
    port: 2222,
    user: "admin",
    sudo: true,
    identityFiles: ["~/.ssh/fleet"],
    jump: [{ address: "198.51.100.1" }],
    variables: { tier: "front", ntp: "192.0.2.123" },
  });
  expect(() => Inventory.fromAnsible("nowhere/hosts")).toThrow(/there is no such file/);
});
