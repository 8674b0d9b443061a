import { importDockerFw } from "../../../../lib/import/docker-fw/import";
import { entryInWords } from "../../../../lib/model/words";
import { imported } from "../../../fixtures/docker-fw/imported";

const WEB = { containers: ["web"] };
const rule = (more: object) => ({
  Source: "203.0.113.7/32", SourceAlias: "", SourcePort: 0, Destination: "172.17.0.2/32", DestinationAlias: ".",
  DestinationPort: 80, Protocol: "tcp", Filter: "", Chain: "FORWARD", JumpTo: "DOCKER", ...more,
}); // prettier-ignore
const json = (...rules: object[]) => ({ "extraRules.json": JSON.stringify({ Rules: rules }, null, 1) });

test.each<[string, object, string[]]>([
  ["add", {}, ["accept tcp/80 ext → container web from 203.0.113.7"]],
  ["allow", { DestinationAlias: "/web", Filter: "! -i docker0 -o docker0" }, ["accept tcp/80 ext → container web from 203.0.113.7"]],
  ["add-internal", { SourceAlias: "app", Chain: "DOCKER", JumpTo: "ACCEPT" }, ["accept tcp/80 container app → container web"]],
  ["add-input", { Source: "172.17.0.2/32", SourceAlias: ".", DestinationAlias: "/", SourcePort: 9, Protocol: "udp", Chain: "INPUT", JumpTo: "ACCEPT" }, ["accept udp/80 container web → host source port 9"]],
])("a rule of %s", (_what, more, entries) => {
  expect(imported(json(rule(more)), WEB)).toEqual({ entries, remarks: [], findings: [] });
}); // prettier-ignore

test("no rules are none", () => expect(imported({ "x.json": '{"Rules":null}' }, WEB).entries).toEqual([]));

/** With the line and the column in the document. */
test.each<[string, Record<string, string>, string]>([
  ["no JSON", { "x.json": '{"Rules": [' }, "x.json:1:12: this is no valid YAML"],
  ["JSON of something else", { "x.json": '{"rules": []}' }, "x.json:1:1: this is no JSON of docker-fw's rules."],
  ["an unknown member", json(rule({ Sauce: "x" })), "extraRules.json:14:4 (Rules/0/Sauce): `Sauce` is not known here."],
  ["another protocol", json(rule({ Protocol: "icmp" })), "extraRules.json:10:16 (Rules/0/Protocol): `Protocol` may not be `icmp`. Allowed: `tcp`, `udp`."],
  ["no port", json(rule({ DestinationPort: 70000 })), "extraRules.json:9:23 (Rules/0/DestinationPort): `DestinationPort` may not be `70000`. Allowed: 0 to 65535."],
  ["an address that is none", json(rule({ Source: "::1" })), "extraRules.json:4:14 (Rules/0/Source): `::1` is an IPv6 address."],
  ["an id", json(rule({ DestinationAlias: "0123456789ab" })), "extraRules.json:8:24 (Rules/0/DestinationAlias): `0123456789ab` is the id of a container, not a name."],
  ["no container", json(rule({ DestinationAlias: "" })), "extraRules.json:3:3 (Rules/0): the rule is from `203.0.113.7/32` to `172.17.0.2/32`, and names no container."],
])("a mistake: %s", (_what, files, message) => {
  const { findings } = imported(files, WEB);
  expect(findings[0]).toContain(message);
  expect(findings).toHaveLength(1);
}); // prettier-ignore

test("JSON of which nothing tells the container", () => {
  const { findings } = imported(json(rule({})));
  expect(findings[0]).toContain("nothing tells of which container these are. Name it: `--container web`.");
});

test("Docker's folder tells the names of ids", () => {
  const options = { name: "dock-1", interfaces: ["eth0"] };
  const { policy } = importDockerFw(["test/fixtures/docker-fw/containers"], options);
  expect(policy.entries.slice(1, -1).map((entry) => entryInWords(entry).replace(/ {2,}/g, " "))).toEqual([
    "accept tcp/443 ext → container web from 203.0.113.7",
    "accept tcp/9100 container web → host",
    "accept tcp/5432 container web → container db link db",
    "accept tcp/5432 ext → container db from 198.51.100.0/24",
  ]);
});

test.each([
  ["/nowhere", "is not there"],
  ["test/fixtures/microfw", "holds no `extraRules.json`"],
])("%s is refused", (path, message) => {
  expect(() => importDockerFw([path], { name: "dock-1", interfaces: ["eth0"] })).toThrow(message);
});
