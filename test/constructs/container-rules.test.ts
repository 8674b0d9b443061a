import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Address, ContainerRules, type DockerFwFileProps } from "../../constructs";
import { printFinding } from "../../lib/model/findings";
import { entryInWords } from "../../lib/model/words";
import { edge } from "./harness";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "container-rules-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const short = (text: string) => text.replaceAll(`${relative(process.cwd(), folder)}/`, "");

function fileOf(text: string, name = "rules.yaml"): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** The entries of a host with the rules of a file, and what is told of them. */
function added(file: string, props?: DockerFwFileProps) {
  const { fleet, host } = edge();
  new Address(fleet, "office", { v4: "203.0.113.0/24" });
  host.addContainerZone("docker");
  host.addRules(ContainerRules.fromFile(file, props));
  const told = fleet.findings().map((one) => short(printFinding(one)));
  const entries = host.policy().entries;
  return { told, words: entries.map((entry) => entryInWords(entry).replace(/ {2,}/g, " ")), entries };
}

test("each rule of a file is an entry, in the words of a policy file", () => {
  const file = fileOf(`
rules:
  - { accept: [http, tcp/8443], from: ext, to: container web, source: office, comment: the shop }
  - { forward: https, from: ext, to: [container app=web], source: [192.0.2.1, office] }
  - { accept: published, from: ext, to: container shop/db, exceptSource: any-name }
  - { drop: all, from: container web, to: ext, destination: 192.0.2.0/24, log: true }
  - { reject: dns, from: container web, to: host, limit: 6/minute, sourcePorts: [53, 1024-2000] }
  - { accept: tcp/80, from: container web, to: ext, source: any, raw: { nftables: meta length 0-100 } }
`);
  const { words, told } = added(file);
  expect(words).toEqual([
    "accept http, tcp/8443 ext → container web from office # the shop",
    "forward https ext → container app=web from 192.0.2.1, office",
    "accept published ports ext → container shop/db not from any-name",
    "drop all services container web → ext to 192.0.2.0/24 log info 10/minute",
    "reject dns container web → host source port 53,1024-2000 at most 6/minute burst 5",
    "accept tcp/80 container web → ext raw nftables meta length 0-100",
  ]);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^edge\/fleet\/web-1\/allow-all \(rules.yaml:5:5\): .*any-name/);
});

test("a JSON file means the same, and a rule knows its place", () => {
  const rule = { accept: "tcp/80", from: "container a1", to: "container b1" };
  const { entries, told } = added(fileOf(JSON.stringify({ rules: [rule] }), "rules.json"));
  expect(told).toEqual([]);
  const file = relative(process.cwd(), join(folder, "rules.json"));
  expect(entries.map(({ origin }) => origin)).toEqual([{ path: "edge/fleet/web-1/allow-tcp-80", file, line: 1, column: 11 }]); // prettier-ignore
});

test("docker-fw's JSON is read for the container that is named", () => {
  const json = (more: object) => ({
    Source: "203.0.113.7/32", SourceAlias: "", SourcePort: 0, Destination: "172.17.0.2/32", DestinationAlias: ".",
    DestinationPort: 80, Protocol: "tcp", Filter: "", Chain: "FORWARD", JumpTo: "DOCKER", ...more,
  }); // prettier-ignore
  const rules = [
    json({}),
    json({ SourceAlias: "0123456789ab", Chain: "DOCKER" }),
    json({ SourceAlias: "/" }),
    json({ Source: "172.17.0.0/16", Chain: "DOCKER" }),
  ];
  const file = fileOf(JSON.stringify({ Rules: rules }, null, 1), "extraRules.json");
  expect(added(file, { container: "web", names: { "0123456789abcdef": "app" } }).words).toEqual([
    "accept tcp/80 ext → container web from 203.0.113.7",
    "accept tcp/80 container app → container web",
    "accept tcp/80 docker → container web from 172.17.0.0/16",
  ]);
  const mine = { container: "web", names: { "0123456789abcdef": "app" }, outside: "exd", zone: "docker" };
  expect(added(file, mine).told[0]).toMatch(/extraRules.json:3:3\): .*`exd` .*id you mean `ext`/);
  expect(() => ContainerRules.fromFile(file)).toThrow(/does not say of which container it is. Name it:/);
  expect(() => ContainerRules.fromFile(file, { container: "web" })).toThrow(/:17:19 \(Rules\/1\/SourceAlias\): `0123456789ab` is the id/); // prettier-ignore
});

/** All mistakes of a file, each with its line and column. */
test.each<[string, string, string[]]>([
  ["an empty file", "", ["rules.yaml:1:1: the file is empty, or no map. Start with `rules:`, and a list."]],
  ["no rules", "rules: []", ["rules.yaml:1:8 (rules): `rules` may not be `[]`. Allowed: at least one rule."]],
  ["another key", "rule: []", ["rules.yaml:1:1 (rule): `rule` is not known here. Allowed: `rules`. Did you mean `rules`?", "rules.yaml:1:1 (rules): `rules` is missing. Allowed: a list."]],
  ["broken YAML", "rules: [", ["rules.yaml:1:9: this is no valid YAML"]],
  ["a rule without an action, and one with two", "rules:\n  - { from: ext, to: container web }\n  - { accept: all, drop: all, from: ext, to: container web }", ["rules.yaml:2:5 (rules/0): the entry has no action.", "rules.yaml:3:5 (rules/1): the entry has several actions: `accept`, `drop`."]],
  ["a mistyped property", "rules:\n  - { accept: all, form: ext, from: ext, to: container web }", ["rules.yaml:2:20 (rules/0/form): `form` is not known here."]],
  ["a rule without a container", "rules:\n  - { accept: ssh, from: ext, to: host }", ["rules.yaml:2:5 (rules/0): the rule names no container."]],
  ["a condition that is none", "rules:\n  - { accept: all, from: ext, to: container web, limit: often }", ["rules.yaml:2:57 (rules/0/limit/rate): `limit` may not be `often`."]],
])("a mistake: %s", (_what, text, messages) => {
  const read = () => ContainerRules.fromFile(fileOf(text));
  expect(read).toThrow(/^the file of container rules `.*` has [12] mistakes?:/);
  for (const message of messages) expect(() => { try { read(); } catch (error) { throw new Error(short(String(error))); } }).toThrow(`  ${message}`);
}); // prettier-ignore

test("a file that is not there", () => {
  expect(() => ContainerRules.fromFile("nowhere.yaml")).toThrow(
    expect.objectContaining({ code: "unreadable-container-rules" }),
  );
});
