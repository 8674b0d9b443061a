import { differenceOf } from "../../../lib/analysis/difference";
import { differenceInWords, type Effect } from "../../../lib/analysis/difference-words";
import { compile } from "../../../lib/compile/compile";
import type { Entry } from "../../../lib/model/policy";
import { forward, policyOf, rule, type PolicyParts } from "../../fixtures/policy";

const PARTS: PolicyParts = {
  zones: { ext: ["eth0", "eth3"], lan: ["eth1"], dmz: ["eth2"] },
  addresses: {
    office: { v4: ["203.0.113.0/24"], v6: ["2001:db8:1::/48"] },
    many: { v4: Array.from({ length: 40 }, (_, n) => `198.51.${n}.0/24`) },
  },
};

/** The lines of a change, each with its effect in front. */
function told(
  before: readonly Entry[],
  after: readonly Entry[],
  [was, is]: readonly Partial<PolicyParts>[] = [],
): string[] {
  const [one, other] = [policyOf({ ...PARTS, ...was, entries: before }), policyOf({ ...PARTS, ...is, entries: after })];
  const lines = differenceInWords(differenceOf(compile(one), compile(other)), other.zones);
  return (Object.keys(lines) as Effect[]).flatMap((effect) => lines[effect].map((line) => `${effect} ${line}`));
}

const ssh = (more = {}) => rule("accept", "ext", "host", { services: ["ssh"], ...more });
const open = rule("accept", "ext", "host");

test.each<[string, Entry[], Entry[], string[]]>([
  ["nothing", [ssh()], [ssh()], []],
  ["another spelling of the same", [ssh()], [rule("accept", "ext", "host", { services: ["tcp/22"] })], []],
  ["a rule that opens a port", [], [ssh()], ["admitted tcp 22 from anywhere on ext → host"]],
  ["a rule of one family", [], [ssh({ source: ["0.0.0.0/0"] })], ["admitted tcp 22 from 0.0.0.0/0 on ext → host"]],
  ["a rule for some", [], [ssh({ source: ["office"] })], ["admitted tcp 22 from 203.0.113.0/24, 2001:db8:1::/48 on ext → host"]],
  ["a source more", [ssh({ source: ["office"] })], [ssh()], ["admitted tcp 22 from 0.0.0.0/0 except 203.0.113.0/24, ::/0 except 2001:db8:1::/48 on ext → host"]],
  ["a deny above it deleted", [rule("drop", "ext", "host", { services: ["telnet"] }), open], [open], ["admitted tcp 23 from anywhere on ext → host"]],
  ["two services", [], [ssh({ services: ["ssh", "dns", "ping"] })], ["admitted tcp 22,53, udp 53 from anywhere on ext → host"]],
  ["what passes through", [], [rule("accept", "lan", "dmz", { destination: ["10.0.0.5"], services: ["https"] })], ["admitted tcp 443 from 0.0.0.0/0 to 10.0.0.5 on lan → dmz"]],
  ["to two zones", [], [rule("accept", "lan", "dmz", { services: ["https"] }), rule("accept", "lan", "ext", { services: ["https"], id: "b" })], ["admitted tcp 443 from anywhere on lan → ext, dmz"]],
  ["what the host sends", [], [rule("reject", "host", "ext", { services: ["smtp"] })], ["refused tcp 25 from anywhere on host → ext"]],
  ["a new limit", [ssh()], [ssh({ limit: { count: 6, per: "minute", burst: 5, perSource: false } })], ["limited tcp 22 from anywhere on ext → host"]],
  ["a limit taken away", [ssh({ limit: { count: 6, per: "minute", burst: 5, perSource: false } })], [ssh()], ["freed tcp 22 from anywhere on ext → host"]],
  ["masquerading", [rule("accept", "lan", "ext")], [rule("accept+nat", "lan", "ext")], ["changed everything from anywhere on lan → ext"]],
  ["another target of a forward", [forward("ext", { v4: "10.0.0.5" }, { services: ["https"] })], [forward("ext", { v4: "10.0.0.6" }, { services: ["https"] })], ["changed tcp 443 from 0.0.0.0/0 on ext → host"]],
  ["a forward", [], [forward("ext", { v4: "10.0.0.5" }, { services: ["https"] })], ["admitted tcp 443 from 0.0.0.0/0 on ext → host"]],
  ["an end", [ssh()], [ssh({ expires: "2027-01-31T23:59:59Z" })], ["refused tcp 22 from anywhere on ext → host, after 2027-01-31T23:59:59Z"]],
  ["many networks", [], [ssh({ source: ["many"] })], ["admitted tcp 22 from 198.51.0.0/19, 198.51.32.0/21 on ext → host"]],
])("%s", (_, before, after, wanted) => expect(told(before, after)).toEqual(wanted)); // prettier-ignore

test("packets that conntrack can make nothing of", () => {
  const lines = told([ssh()], [ssh()], [{}, { invalid: "ignore" }]);
  expect(lines).toContainEqual(expect.stringMatching(/^admitted .*tcp 22.* from 0.0.0.0\/0 on ext → host, invalid$/));
  expect(lines.filter((line) => !line.endsWith(", invalid"))).toEqual([]);
});
