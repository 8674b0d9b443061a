import { Address, Host, Service } from "../../constructs";
import { edge, findingsOf, told, type Edge } from "./harness";

const HOSTILE = [
  "",
  " ",
  "a b",
  "it's",
  'say "x"',
  "a\nb",
  "a\0b",
  "$(reboot)",
  "`reboot`",
  "a;b",
  "a|b",
  "a&b",
  "a>b",
  "*",
  "\\",
  "-j",
  "--help",
  "../../etc",
  "ä",
  "a\u202eb",
  "x".repeat(300),
  "__proto__",
  "${TfToken[TOKEN.1]}",
];

const places: readonly [string, (edge: Edge, name: string) => void][] = [
  ["a host's id", ({ fleet }, name) => new Host(fleet, name)],
  ["a host's name", ({ fleet }, name) => new Host(fleet, "x", { name })],
  ["a host's address", ({ fleet }, name) => new Host(fleet, "x", { address: name })],
  ["a login", ({ fleet }, name) => new Host(fleet, "x", { user: name })],
  ["a zone", ({ host }, name) => host.addZone(name, { interfaces: ["eth7"] })],
  ["an interface", ({ host }, name) => host.addZone("dmz", { interfaces: [name] })],
  ["an address", ({ fleet }, name) => new Address(fleet, name, { v4: "10.0.0.1" })],
  ["an address's member", ({ fleet }, name) => new Address(fleet, "x", { v4: name })],
  ["a service", ({ host }, name) => host.allow({ from: "ext", to: host, service: Service.tcp(name, 1) })],
  ["a rule's zone", ({ host }, name) => host.allow({ from: name, to: host })],
  ["a rule's address", ({ host }, name) => host.allow({ from: "ext", to: host, source: name })],
  ["a rule's service", ({ host }, name) => host.allow({ from: "ext", to: host, service: name })],
  ["a rule's id", ({ host }, name) => host.allow({ from: "ext", to: host, id: name })],
];

/** `__proto__` as a login reaches no record. */
// What only Terraform knows is an address all the same: it is handed over at apply.
const harmless = new Set(["a login:__proto__", "a host's address:${TfToken[TOKEN.1]}"]);

describe.each(places)("%s refuses a hostile name", (place, declare) => {
  test.each(HOSTILE.map((name) => [JSON.stringify(name).slice(0, 40), name]))("%s", (_, name) => {
    if (harmless.has(`${place}:${name}`)) return;
    const findings = findingsOf((edge) => declare(edge, name));
    expect(findings).not.toEqual([]);
    for (const finding of findings) {
      // eslint-disable-next-line no-control-regex
      expect(finding).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(finding.length).toBeLessThan(1500);
    }
  });
});

test("names of JavaScript's own are names like others", () => {
  const { fleet, host } = edge();
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    new Address(fleet, name, { v4: "10.0.0.1" });
    host.allow({ from: "ext", to: host, source: name, service: Service.tcp(name, 1) });
  }
  expect(told(fleet)).toEqual([]);
  expect(Object.keys(fleet.policies()[0]?.addresses ?? {})).toEqual(["constructor", "toString", "hasOwnProperty"]);
});

test("and are not known where nobody declared them", () => {
  const findings = findingsOf(({ host }) =>
    host.allow({ from: "ext", to: host, source: "constructor", service: "toString" }),
  );
  expect(findings).toHaveLength(2);
});
