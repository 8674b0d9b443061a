import fs from "node:fs";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate } from "../../../lib/analysis/evaluate";
import type { Packet } from "../../../lib/analysis/packet";
import { readPolicy } from "../../../lib/bundle/read-policy";
import { compile } from "../../../lib/compile/compile";
import { resolveCountries } from "../../../lib/countries/resolve";
import { withNetworks } from "../../../lib/model/countries";
import { bundleContents, synthesize } from "../../../lib/synth/synthesize";
import { policyOf, rule, type PolicyParts } from "../../fixtures/policy";

const FIXTURE = join(__dirname, "../../fixtures/countries");
let output: string;

beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "countries-"));
});
afterEach(() => rmSync(output, { recursive: true }));

const policy = (parts: Partial<PolicyParts> = {}) =>
  policyOf({
    countryDatabase: FIXTURE,
    entries: [rule("accept", "ext", "host", { source: ["country:DE"], services: ["ssh"] })],
    ...parts,
  });
const setsOf = (parts: Partial<PolicyParts>) => {
  const one = policy(parts);
  return compile(withNetworks(one, resolveCountries([one]).get(FIXTURE))).sets;
};

describe("countries", () => {
  test("are united with each other and with networks, without overlaps", () => {
    const entries = [rule("accept", "ext", "host", { source: ["club"] })];
    const club = { v4: ["192.168.0.0/24", "5.5.4.0/24"], v6: [], countries: ["AT", "DE"] };
    const [set] = setsOf({ addresses: { club }, entries });
    expect(set?.v4).toContain("5.5.4.0/22");
    expect(set?.v4).toContain("192.168.0.0/23");
    expect(set?.v4).not.toContain("192.168.1.0/24");
    expect(set?.v6).toEqual(["2001:db8::/64", "2001:db9::/64"]);
  });

  test("are looked up once for a fleet, and only those that are named", () => {
    const entries = [rule("accept", "ext", "host", { source: ["country:FR", "country:AU"] })];
    const read = jest.spyOn(fs, "readFileSync");
    const copy = join(output, "database");
    fs.cpSync(FIXTURE, copy, { recursive: true });
    const fleet = Array.from({ length: 50 }, (_, n) => policy({ host: `h${n}`, entries, countryDatabase: copy }));
    synthesize(fleet, output, "edge");
    const reads = read.mock.calls.filter(([file]) => String(file).endsWith("ipv4-num.csv"));
    read.mockRestore();
    // For its version, and for the networks.
    expect(reads).toHaveLength(2);
  });

  test("are not looked for where no policy names any", () => {
    const entries = [rule("accept", "ext", "host", { services: ["ssh"] })];
    const { texts } = bundleContents(policy({ entries, countryDatabase: "@no/such-package" }));
    expect(Object.keys(texts)).not.toEqual([]);
    expect(() => bundleContents(policy({ countryDatabase: "@no/such-package" }))).toThrow("is not installed");
  });

  test.each([
    [
      "a country without addresses",
      { entries: [rule("accept", "ext", "host", { source: ["country:AQ"], id: "ice" })] },
      "edge/fleet/h1/ice: the country `AQ` has no addresses in",
    ],
    [
      "a country that has none of the family of the other side",
      {
        entries: [
          rule("accept", "ext", "host", { source: ["country:AU"], destination: ["2001:db8::1"], services: ["ssh"] }),
        ],
      },
      "the rule can never match: its source `country:AU` is only IPv4, its destination `2001:db8::1` is only IPv6",
    ],
    [
      "an exception that takes nothing away",
      { entries: [rule("accept", "ext", "host", { source: ["country:DE"], exceptSource: ["203.0.113.0/24"] })] },
      "`exceptSource` `203.0.113.0/24` takes nothing away from the source `country:DE`",
    ],
    [
      "an exception that takes everything away",
      { entries: [rule("accept", "ext", "host", { source: ["5.5.5.7"], exceptSource: ["country:DE"] })] },
      "takes everything away",
    ],
  ])("%s is an error", (_, parts, told) => {
    expect(() => bundleContents(policy(parts))).toThrow(told);
  });
});

describe("a bundle", () => {
  test("says which database, keeps the networks beside a small policy, and shows a change of them as a line", () => {
    const [written] = synthesize([policy()], output, "edge");
    const folder = written?.folder ?? "";
    const manifest = JSON.parse(readFileSync(join(folder, "bundle.json"), "utf8")) as { countries: unknown };
    expect(manifest.countries).toEqual({ name: FIXTURE, version: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(readFileSync(join(folder, "policy.json"), "utf8")).not.toContain("5.5.5.0");
    expect(readFileSync(join(folder, "policy.txt"), "utf8").trimEnd().split("\n")).toEqual([
      "zone       ext  eth0",
      "address    country:DE  country DE",
      expect.stringMatching(/^country {4}DE {2}8 networks of IPv4, 1 of IPv6, digest [0-9a-f]{12}$/),
      "service    ssh  tcp 22",
      "accept      ssh  ext → host  from country:DE",
    ]);
    const { policy: read, countries } = readPolicy(folder);
    const from = (source: string): string => {
      const packet: Packet = {
        family: 4,
        inInterface: "eth0",
        source,
        destination: "192.0.2.1",
        protocol: 6,
        destinationPort: 22,
      };
      return evaluate(compile(withNetworks(read, countries)), packet).decision.kind;
    };
    expect(["5.5.5.0", "5.5.7.255", "198.51.100.6"].map(from)).toEqual(["accept", "accept", "accept"]);
    expect(["5.5.4.255", "5.5.8.0", "198.51.100.4", "192.0.2.7"].map(from)).toEqual(Array(4).fill("reject"));
  });

  test("is of the same generation where another version has the same networks, and only there", () => {
    const generations = ["1,2,FR\n", "1,2,JP\n", "84215040,84215041,DE\n"].map((line, n) => {
      const countryDatabase = join(output, `database-${n}`);
      fs.cpSync(FIXTURE, countryDatabase, { recursive: true });
      const file = join(countryDatabase, "test-ipv4-num.csv");
      writeFileSync(file, n === 2 ? line : readFileSync(file, "utf8") + line);
      return bundleContents(policy({ countryDatabase })).generation;
    });
    expect(generations[0]).toBe(generations[1]);
    expect(generations[0]).not.toBe(generations[2]);
  });
});
