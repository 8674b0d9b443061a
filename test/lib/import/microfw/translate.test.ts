import { declaredOf, type PlanLine } from "../../../../lib/import/plan";
import { readTables, type Tables } from "../../../fixtures/microfw/tables";

const NAT = "int ext office ALL ALL accept+nat";

/** What the tables mean in our words: each entry on a line. */
test.each<[string, Tables, string[]]>([
  ["zones, FW and ALL", { rules: "ext FW ALL ALL ssh accept\nint ext ALL ALL ALL accept\next ALL ALL ALL ALL drop" }, ["accept ssh ext → host", "accept all services int → ext", "drop all services ext → all"]],
  ["addresses on both sides", { rules: "int ext nas office dns reject" }, ["reject dns int → ext from nas to office"]],
  ["accept+nat", { rules: NAT }, ["accept+nat all services int → ext from office"]],
  ["accept+nat from everywhere", { rules: "int ext ALL ALL ALL accept+nat" }, ["accept+nat all services int → ext"]],
  ["accept+nat to the host itself is accept", { rules: "int FW office ALL ssh accept+nat" }, ["accept ssh int → host from office"]],

  // MicroFW masquerades by a rule of its own, whichever rule accepted the packet.
  ["what accept+nat below masquerades, too", { rules: `int ext office ALL http accept\n${NAT}` }, ["accept+nat http int → ext from office", "accept+nat all services int → ext from office"]],
  ["a part of what is accepted", { rules: `int ext ALL ALL http accept\n${NAT}` }, ["accept+nat http int → ext from office", "accept http int → ext", "accept+nat all services int → ext from office"]],
  ["the smaller network of two", { addresses: "office 10.0.0.0/8 -\nnas 10.1.0.0/16 -\nwan 198.51.100.1 -", rules: `int ext nas ALL ALL accept\n${NAT}` }, ["accept+nat all services int → ext from nas", "accept+nat all services int → ext from office"]],
  ["ports in common", { rules: "int ext ALL ALL web accept\nint ext ALL ALL high accept+nat", services: "web 8000-8010 8000\nhigh 8005-9000 -" }, ["accept+nat tcp/8005-8010 int → ext", "accept web int → ext", "accept+nat high int → ext"]],
  ["nothing in common", { rules: `int ext nas ALL http accept\n${NAT}` }, ["accept http int → ext from nas", "accept+nat all services int → ext from office"]],
  ["a part of what goes to all zones", { rules: "int ALL ALL ALL http accept\nint ext ALL ALL ALL accept+nat" }, ["accept+nat http int → ext", "accept http int → all", "accept+nat all services int → ext"]],
  ["an accept+nat above has taken its packets", { rules: `${NAT}\nint ext office ALL http accept` }, ["accept+nat all services int → ext from office", "accept http int → ext from office"]],
  ["that of another zone looks at the source alone", { interfaces: "eth0 ext -\neth1 int -\neth2 lab -", rules: `lab ext office ALL http accept\n${NAT}` }, ["accept+nat http lab → ext from office", "accept+nat all services int → ext from office"]],

  // What MicroFW makes no rule of.
  ["an empty address", { addresses: "nobody - -", rules: "ext FW nobody ALL ssh accept" }, []],
  ["an empty service", { services: "nothing - -", rules: "ext FW ALL ALL nothing accept" }, []],
  ["families that do not meet", { addresses: "a 10.0.0.1 -\nb - fd00::1", rules: "ext int a b ALL accept" }, []],
  ["of two rows with one name, the last counts", { services: "ssh 22 -\nssh 2222 -", rules: "ext FW ALL ALL ssh accept" }, ["accept ssh ext → host"]],

  // Virtuals come after all rules, wherever they are refused.
  ["a port forward", { rules: "ext ALL ALL ALL ALL reject", virtuals: "ext wan nas http http" }, ["reject all services ext → all", "forward http ext → 192.168.0.2, fd00::2 at wan"]],
  ["all ports", { virtuals: "ext wan nas ALL ALL" }, ["forward all services ext → 192.168.0.2, fd00::2 at wan"]],
  ["to another port", { virtuals: "ext wan nas http ssh" }, ["forward http ext → 192.168.0.2, fd00::2 port 22 at wan"]],
  ["to other ports by protocol", { services: "a 10 11\nb 20 21", virtuals: "ext wan nas a b" }, ["forward tcp/10 ext → 192.168.0.2, fd00::2 port 20 at wan", "forward udp/11 ext → 192.168.0.2, fd00::2 port 21 at wan"]],
  ["only what the machine behind has", { virtuals: "ext wan nas dns http" }, ["forward tcp/53 ext → 192.168.0.2, fd00::2 port 80 at wan"]],
  ["only what both have", { virtuals: "ext wan nas http dns" }, ["forward http ext → 192.168.0.2, fd00::2 port 53 at wan"]],

  // Docker does the forward itself.
  ["to Docker", { interfaces: "eth0 ext -\ndocker0 DOCKER -\nbr-a DOCKER -", virtuals: "ext nas DOCKER http web" }, ["accept web ext → DOCKER", "accept http ext → host"]],
  ["to Docker, for the families of the external address", { interfaces: "eth0 ext -\ndocker0 DOCKER -\nbr-a DOCKER -", virtuals: "ext wan DOCKER http http" }, ["accept http ext → DOCKER to 0.0.0.0/0", "accept http ext → host to 0.0.0.0/0"]],
  ["to Docker without its zone", { virtuals: "ext nas DOCKER http web" }, ["accept http ext → host"]],
  ["machines on one bridge", { interfaces: "eth0 ext -\nbr0 lan -" }, ["accept all services lan → lan"]],
])("%s", (_what, tables, entries) => {
  expect(readTables(tables)).toMatchObject({ findings: [], entries });
}); // prettier-ignore

const differences = (lines: readonly PlanLine<unknown>[]): string[] =>
  lines.flatMap((line) => (line.kind === "remark" && line.remark.differs ? [line.remark.words] : []));

test.each<[string, Tables, RegExp]>([
  ["a refusal of everything", { rules: "ext ALL ALL ALL ALL reject" }, /neighbour discovery/],
  ["bridges that share a zone", { interfaces: "br0 lan -\nbr1 lan -" }, /give each bridge a zone of its own/],
  ["UDP to a service of TCP", { virtuals: "ext wan nas http dns" }, /forwards UDP, too/],
  ["a translation to a range", { services: "a 10-11 -\nb 20-21 -", virtuals: "ext wan nas a b" }, /can not load/],
  ["accept+nat to the host", { rules: "int FW office ALL ALL accept+nat" }, /all that `office` sends/],
])("what is not the same is told: %s", (_what, tables, words) => {
  const { plan } = readTables(tables);
  expect(differences(plan?.entries ?? []).join("\n")).toMatch(words);
});

test("what is the same is not told to differ", () => {
  const { plan } = readTables({ rules: "ext FW office ALL ssh accept\nint ext ALL ALL ALL accept+nat" });
  expect(differences(plan?.entries ?? [])).toEqual([]);
});

test("interfaces: zones in the order of the table, patterns, protocols by name and number", () => {
  const { plan } = readTables({ interfaces: "eth0 ext gre,50\ntun+ int ospf\neth1 ext -\nwg0 fw-x 89,ospf" });
  expect(declaredOf(plan?.zones ?? []).map(({ name, interfaces }) => [name, ...interfaces])).toEqual([
    ["ext", { name: "eth0", dhcp: false, protocols: [47, 50] }, { name: "eth1", dhcp: false }],
    ["int", { name: "tun*", dhcp: false, protocols: [89] }],
    ["fw-x", { name: "wg0", dhcp: false, protocols: [89] }],
  ]);
});

test("comments, empty lines and order stay; titles of columns go", () => {
  const { plan } = readTables({
    rules:
      "# Who may come in.\n#\n# Src-Zone  Dest-Zone  Src-Address  Dst-Address  Service  Action\n\n#ext FW ALL ALL http accept\next FW ALL ALL ssh accept\n\n# end",
  });
  expect(plan?.entries.map((line) => (line.kind === "comment" ? `# ${line.text}` : line.kind))).toEqual(
    ["# Who may come in.", "blank", "# ext FW ALL ALL http accept", "declared", "blank", "# end"],
  ); // prettier-ignore
});

test.each([
  ["host", "zone-host"],
  ["all", "zone-all"],
  ["büro", "buro"],
  ["2nd", "zone-2nd"],
  ["日本", "zone"],
  ["a/b", "a-b"],
])("a zone that may not be named %s here is named %s", (zone, name) => {
  const { plan, findings } = readTables({ interfaces: `eth0 ${zone} -`, rules: `${zone} FW ALL ALL ssh accept` });
  expect({ findings, zones: declaredOf(plan?.zones ?? []).map((one) => one.name) }).toEqual({ findings: [], zones: [name] }); // prettier-ignore
});

test("two names that become one are told apart", () => {
  const { plan } = readTables({ addresses: "a/b! 10.0.0.1 -\na/b? 10.0.0.2 -\n10.0.0.3 10.0.0.3 -" });
  expect(declaredOf(plan?.addresses ?? []).map(({ name }) => name)).toEqual(["a-b", "a-b-2", "address-10.0.0.3"]);
});
