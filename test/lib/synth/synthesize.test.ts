import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBundle } from "../../../lib/bundle/read";
import type { HostPolicy, RuleEntry } from "../../../lib/model/policy";
import { bundleContents, synthesize } from "../../../lib/synth/synthesize";
import { GATEWAY, policyOf, rule } from "../../fixtures/policy";

const base = policyOf(GATEWAY);
const reversed = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).reverse());
const withFirst = (change: Partial<RuleEntry>): HostPolicy => {
  const [first, ...others] = base.entries;
  return { ...base, entries: first?.kind === "rule" ? [{ ...first, ...change }, ...others] : [] };
};
const moved = base.entries.map((one) => ({ ...one, origin: { ...one.origin, file: "moved.ts", line: 99 } }));

describe("the generation", () => {
  const of = (policy: HostPolicy) => bundleContents(policy).generation;

  it.each<[string, HostPolicy]>([
    ["the policy is the same", policyOf(GATEWAY)],
    ["code moved in its file", { ...base, entries: moved }],
    ["the host is reached in another way", { ...base, target: { address: "192.0.2.99", port: 2222 } }],
    ["addresses are declared in another order", { ...base, addresses: reversed(base.addresses) }],
    ["services are declared in another order", { ...base, services: reversed(base.services) }],
    ["zones moved in their file", { ...base, zones: base.zones.map((one) => ({ ...one, origin: { path: "x", file: "y" } })) }],
  ])("stays where %s", (_, policy) => expect(of(policy)).toBe(of(base))); // prettier-ignore

  it.each<[string, HostPolicy]>([
    ["an action", withFirst({ action: "drop" })],
    ["a source", withFirst({ source: ["office"] })],
    ["a service", withFirst({ services: ["http"] })],
    ["a comment, which the kernel keeps", withFirst({ comment: "other words" })],
    ["the path of an entry, which the kernel keeps", withFirst({ origin: { path: "edge/fleet/h1/other" } })],
    ["the order of entries", { ...base, entries: [...base.entries].reverse() }],
    ["a member of an address", { ...base, addresses: { ...base.addresses, office: { v4: ["203.0.113.0/25"], v6: [] } } }],
    ["a port of a service", { ...base, services: { ...base.services, ssh: [{ kind: "ports", protocol: "tcp", ports: [[2222, 2222]] }] } }],
    ["an interface", { ...base, zones: base.zones.map((one) => ({ ...one, interfaces: one.interfaces.slice(0, 1) })) }],
    ["DHCP on an interface", { ...base, zones: base.zones.map((one) => ({ ...one, interfaces: one.interfaces.map((i) => ({ ...i, dhcp: false })) })) }],
  ])("changes with %s", (_, policy) => expect(of(policy)).not.toBe(of(base))); // prettier-ignore

  it("is in the names of the sets and nowhere else", () => {
    const { texts, generation } = bundleContents(base);
    const short = generation.slice(0, 8);
    for (const text of Object.values(texts)) {
      expect(text).not.toContain("GENERATION");
      for (const [set] of text.matchAll(/cdkfw-[0-9a-f]+-\d+-[46]/g)) expect(set.slice(6, 14)).toBe(short);
      expect(text.replaceAll(`cdkfw-${short}-`, "")).not.toContain(short);
    }
    expect(texts["iptables.v4"]).toContain(`--match-set cdkfw-${short}-`);
  });

  it("can not be written into a text by a comment", () => {
    const comment = "@GENERATION@ GENERATION";
    expect(bundleContents(withFirst({ comment })).texts["iptables.v4"]).toContain(comment);
  });
});

describe("synthesize", () => {
  let output: string;
  beforeEach(() => (output = mkdtempSync(join(tmpdir(), "synth-"))));
  afterEach(() => rmSync(output, { recursive: true }));
  const hosts = () => readdirSync(join(output, "stacks", "edge", "hosts"));

  it("writes a bundle for each host, and tells of each", () => {
    const two = [
      policyOf({ ...GATEWAY, host: "a" }),
      policyOf({ host: "b", entries: [rule("accept", "ext", "host")] }),
    ];
    const written = synthesize(two, output, "edge");
    expect(written.map(({ host }) => host)).toEqual(["a", "b"]);
    const read = written.map(({ folder }) => readBundle(folder));
    expect(read.map(({ manifest }) => manifest.generation)).toEqual(written.map(({ generation }) => generation));
    expect(read[1]?.texts["policy.txt"]).toBe("zone       ext  eth0\naccept      all services  ext → host\n");
  });

  it("writes the same bytes again", () => {
    const [first] = synthesize([base], output, "edge");
    const bytes = () => readdirSync(first?.folder ?? "").map((name) => readFileSync(join(first?.folder ?? "", name), "utf8")); // prettier-ignore
    const before = bytes();
    rmSync(first?.folder ?? "", { recursive: true });
    synthesize([policyOf(GATEWAY)], output, "edge");
    expect(bytes()).toEqual(before);
  });

  it("removes the hosts of its stack that are no more, and leaves other stacks alone", () => {
    synthesize([policyOf({ host: "a" }), policyOf({ host: "b" })], output, "edge");
    synthesize([policyOf({ host: "c" })], output, "core");
    synthesize([policyOf({ host: "b" })], output, "edge");
    expect(hosts()).toEqual(["b"]);
    expect(readdirSync(join(output, "stacks"))).toEqual(["core", "edge"]);
  });

  it("tells the deployment to install what is missing, which is no other generation", () => {
    const [plain, other] = [{}, { install: true }].map((more) => bundleContents({ ...policyOf(GATEWAY), ...more }));
    expect([plain?.install, other?.install]).toEqual([undefined, true]);
    expect(other?.generation).toBe(plain?.generation);
  });

  it("gives a host without rules of its own the implied ones", () => {
    const { texts } = bundleContents(policyOf({ zones: {} }));
    expect(texts["iptables.v6"]).toContain("IPv6 needs it");
    expect(texts["ipset"]).toBe("");
  });
});
