import { Address, ALL, type CountryCode } from "../../constructs";
import { parsePolicyFile } from "../../lib/model/parse-policy";
import { findingsOf as findingsOfFile } from "../lib/model/harness";
import { edge, expectFindings, expectValid } from "./harness";

const DACH = Address.countries("DE", "AT", "CH");

describe("countries stand wherever addresses do", () => {
  test.each<[string, Parameters<typeof expectValid>[0]]>([
    ["as a source", ({ host, ext }) => host.allow({ from: ext, to: host, source: Address.country("DE") })],
    ["as text", ({ host, ext }) => host.allow({ from: ext, to: host, source: ["country:DE", "10.0.0.0/8"] })],
    ["as a destination", ({ host, ext }) => host.allow({ from: host, to: ext, destination: DACH })],
    ["left out", ({ host, ext }) => host.drop({ from: ext, to: ALL, exceptSource: DACH, service: "ssh" })],
    ["left out as a destination", ({ host, ext }) => host.drop({ from: host, to: ext, exceptDestination: DACH })],
    [
      "at port forwards",
      ({ host, ext }) =>
        host.forward({ from: ext, to: "10.0.0.5", service: "https", source: DACH, exceptSource: "country:CH" }),
    ],
    [
      "in groups of groups",
      ({ fleet, host, ext }) => {
        const dach = new Address(fleet, "dach", { members: DACH });
        const club = new Address(fleet, "club", { v4: "192.0.2.0/24", members: [dach, "country:LI"] });
        host.allow({ from: ext, to: host, source: club });
      },
    ],
  ])("%s", (_, declare) => expectValid(declare));
});

test("the policy names countries, each once, and the database where the fleet does", () => {
  const { fleet, host, ext } = edge({ countryDatabase: "./vendor/../countries" });
  const dach = new Address(fleet, "dach", { v6: "2001:db8::/32", members: [...DACH, "country:DE"] });
  host.allow({ from: ext, to: host, source: [dach, "country:LI"] });
  expect(fleet.policies()[0]).toMatchObject({
    addresses: {
      dach: { v4: [], v6: ["2001:db8::/32"], countries: ["AT", "CH", "DE"] },
      "country:LI": { v4: [], v6: [], countries: ["LI"] },
    },
    countryDatabase: "./countries",
  });
  expect(edge().fleet.policies()[0]).not.toHaveProperty("countryDatabase");
});

describe("told", () => {
  test.each<[string, string]>([
    [
      "UK",
      "`UK` is no country. Allowed: a code of ISO 3166-1 in two capital letters, such as `DE`. Did you mean `GB` (United Kingdom)?",
    ],
    [
      "de",
      "`de` is no country. Allowed: a code of ISO 3166-1 in two capital letters, such as `DE`. Did you mean `DE` (Germany)?",
    ],
    ["Germny", "Did you mean `DE` (Germany)?"],
    ["DEU", "Did you mean `DE` (Germany)?"],
    ["QQ", "`QQ` is no country. Allowed: a code of ISO 3166-1 in two capital letters, such as `DE`."],
    ["", "`` is no country"],
    ["DE,AT", "`DE,AT` is no country"],
  ])("of the country `%s`", (code, told) => {
    const country = Address.country(code as CountryCode);
    expectFindings(({ host, ext }) => host.allow({ from: ext, to: host, source: country }), [told]);
    expectFindings(({ fleet }) => new Address(fleet, "there", { members: [country] }), [told]);
    const text = (entry: string) =>
      `host: gate\nzones: { ext: eth0 }\nentries:\n  - { ${entry}, from: ext, to: host }\n`;
    const [problem] = told.split(". ");
    for (const source of [JSON.stringify(`country:${code}`), `{ country: ${JSON.stringify(code)} }`]) {
      const findings = findingsOfFile(() => parsePolicyFile(text(`accept: ssh, source: ${source}`), "gate.yaml"));
      expect(findings).toEqual([expect.stringContaining(told.startsWith("`") ? (problem ?? "") : told)]);
    }
  });

  test("of a country that stands for a machine, of a name that looks like one, and of a database that is none", () => {
    expectFindings(
      ({ host, ext }) => host.forward({ from: ext, to: "country:DE", service: "ssh" }),
      ["`country:DE` is a country, and `to` is one machine"],
    );
    expectFindings(({ fleet }) => new Address(fleet, "country:DE", { v4: "192.0.2.1" }), ["looks like an address"]);
    expect(edge({ countryDatabase: "Some Where" }).fleet.findings()).toMatchObject([
      { problem: "`Some Where` is no country database" },
    ]);
  });
});

test("a policy file names countries as texts and as maps, in groups and in entries", () => {
  const [policy] = parsePolicyFile(
    `countryDatabase: ./countries
addresses:
  dach: { country: [DE, AT, CH] }
  club: [dach, "country:LI", 192.0.2.0/24]
hosts:
  - host: gate
    zones: { ext: eth0 }
    entries:
      - { accept: ssh, from: ext, to: host, source: club, exceptSource: { country: CH } }
      - { drop: all, from: host, to: ext, destination: [{ country: [FR, IT] }, 192.0.2.9] }
`,
    "policies/gate.yaml",
  );
  expect(policy).toMatchObject({
    addresses: {
      club: { v4: ["192.0.2.0/24"], v6: [], countries: ["AT", "CH", "DE", "LI"] },
      "country:CH": { countries: ["CH"] },
      "country:FR": { countries: ["FR"] },
    },
    entries: [
      { source: ["club"], exceptSource: ["country:CH"] },
      { destination: ["country:FR", "country:IT", "192.0.2.9"] },
    ],
    countryDatabase: "./policies/countries",
  });
});
