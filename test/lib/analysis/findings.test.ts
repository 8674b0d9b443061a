import { reviewPolicy } from "../../../lib/analysis/review-policy";
import { printFinding, type Finding } from "../../../lib/model/findings";
import type { Entry, ForwardEntry } from "../../../lib/model/policy";
import type { Silences } from "../../../lib/model/finding-codes";
import type { Review } from "../../../lib/model/review";
import { libraryService } from "../../../lib/model/service-library";
import type { SshTarget } from "../../../lib/model/target";
import { forward, policyOf, rule, type PolicyParts } from "../../fixtures/policy";

const ZONES = { ext: ["eth0"], lan: ["eth1", "br-*"], dmz: ["eth2"] };
const ADDRESSES = {
  office: { v4: ["203.0.113.0/24"], v6: ["2001:db8:1::/48"] },
  half: { v4: ["203.0.113.0/25"], v6: ["2001:db8:1::/49"] },
  otherhalf: { v4: ["203.0.113.128/25"], v6: ["2001:db8:1:8000::/49"] },
  only4: { v4: ["198.51.100.0/24"] },
  everyone: { v4: ["0.0.0.0/0"], v6: ["::/0"] },
};
const TODAY = "2026-11-22";

function review(entries: readonly Entry[], more: Partial<PolicyParts> & { review?: Review } = {}): Finding[] {
  const { review: given, ...parts } = more;
  const policy = policyOf({ zones: ZONES, addresses: ADDRESSES, entries, ...parts });
  return reviewPolicy({ ...policy, review: { allowLockout: true, ...given } }, TODAY);
}

const told = (findings: readonly Finding[]) => findings.map((one) => `${one.code ?? ""} ${printFinding(one)}`);
const service = (name: string) => ({ name, matches: libraryService(name) ?? [] });
const ssh = (more = {}) => rule("accept", "ext", "host", { services: ["ssh"], id: "ssh", ...more });

describe("an entry that never matches", () => {
  test.each<[string, Entry[], string[]]>([
    [
      "behind the same one",
      [ssh(), ssh({ id: "again" })],
      [
        "edge/fleet/h1/again: no packet is left for it",
        "by `accept ssh ext → host` at edge/fleet/h1/ssh",
        "tcp 22 from",
      ],
    ],
    [
      "behind a wider one",
      [rule("drop", "ext", "all", { source: ["office"], id: "wide" }), ssh({ source: ["half"] })],
      ["edge/fleet/h1/ssh: no packet is left", "`drop all services ext → all from office`"],
    ],
    [
      "behind two that take it together",
      [
        rule("drop", "ext", "host", { source: ["half"], id: "one" }),
        rule("drop", "ext", "host", { source: ["otherhalf"], id: "two" }),
        ssh({ source: ["office"] }),
      ],
      ["edge/fleet/h1/ssh: no packet is left", "fleet/h1/one and `drop all services ext → host from otherhalf`"],
    ],
    [
      "behind one for each of its zones",
      [
        rule("drop", "ext", "host", { services: ["telnet"], id: "a" }),
        rule("drop", "ext", "lan", { services: ["telnet"], id: "b" }),
        rule("drop", "ext", "dmz", { services: ["telnet"], id: "c" }),
        rule("drop", "ext", "ext", { services: ["telnet"], id: "d" }),
        rule("drop", "ext", "all", { services: ["telnet"], id: "all" }),
      ],
      ["edge/fleet/h1/all: no packet is left"],
    ],
  ])("%s", (_, entries, wanted) => {
    const found = told(review(entries)).filter((one) => one.startsWith("never-matches"));
    expect(found).toHaveLength(1);
    for (const part of wanted) expect(found[0]).toContain(part);
  });

  it("is told with a packet of its own, beside hidden ones that are like it but for one thing", () => {
    const all = rule("drop", "ext", "all", { id: "all" });
    const hidden = [
      ssh(),
      ssh({ id: "again" }),
      ssh({ id: "elsewhere", to: { kind: "zone", name: "lan" } }),
      ssh({ id: "other-service", services: ["https"] }),
      ssh({ id: "of-one-family", source: ["only4"] }),
    ];
    const found = review([all, ...hidden]).filter(({ code }) => code === "never-matches");
    expect(found.map(({ origin, packet }) => [origin.path.split("/").at(-1), packet])).toEqual([
      ["ssh", "tcp 22 from 198.51.100.7 to 203.0.113.1, in by eth0"],
      ["again", "tcp 22 from 198.51.100.7 to 203.0.113.1, in by eth0"],
      ["elsewhere", "tcp 22 from 198.51.100.7 to 203.0.113.1, in by eth0, out by eth1"],
      ["other-service", "tcp 443 from 198.51.100.7 to 203.0.113.1, in by eth0"],
      ["of-one-family", "tcp 22 from 198.51.100.7 to 203.0.113.1, in by eth0"],
    ]);
  });

  test.each<[string, Entry[]]>([
    ["beside another service", [ssh(), rule("accept", "ext", "host", { services: ["https"] })]],
    ["behind a narrower one", [ssh({ source: ["half"] }), ssh({ source: ["office"], id: "wide" })]],
    [
      "behind one with a limit",
      [ssh({ limit: { count: 6, per: "minute", burst: 5, perSource: false } }), ssh({ id: "b" })],
    ],
    ["behind one that ends", [ssh({ expires: "2027-01-31T23:59:59Z" }), ssh({ id: "b" })]],
    ["behind one of another zone", [rule("drop", "lan", "host"), ssh()]],
    [
      "behind one with a foreign match",
      [ssh({ raw: { nftables: "meta length 1", iptables: ["-f"] } }), ssh({ id: "b" })],
    ],
  ])("is not one %s", (_, entries) =>
    expect(told(review(entries)).filter((one) => /never-matches|contradicts/.test(one))).toEqual([]),
  );
});

test("neighbours that contradict each other are told as such", () => {
  const found = told(review([ssh({ source: ["office"] }), rule("drop", "ext", "host", { source: ["office"], services: ["ssh"], id: "no" })])); // prettier-ignore
  expect(found).toEqual([
    expect.stringMatching(/^contradicts edge\/fleet\/h1\/no: it says the opposite of the entry before/),
  ]);
});

test.each<[string, Entry[]]>([
  ["that say the same", [ssh(), ssh({ id: "again" })]],
  ["of other packets", [ssh({ source: ["half"] }), rule("drop", "ext", "host", { source: ["otherhalf"], services: ["ssh"] })]],
  ["of which the second one takes more", [ssh({ source: ["half"] }), rule("drop", "ext", "host", { services: ["ssh"] })]],
  ["of which the second one takes less", [rule("drop", "ext", "host", { source: ["office"] }), ssh({ source: ["half"] })]],
  ["with another one between them", [ssh(), rule("accept", "ext", "host", { services: ["https"] }), rule("drop", "ext", "host", { services: ["ssh"], id: "no" })]],
])("neighbours do not contradict each other %s", (_, entries) =>
  expect(told(review(entries)).filter((one) => one.startsWith("contradicts"))).toEqual([]),
); // prettier-ignore

describe("an entry that changes nothing", () => {
  test.each<[string, Entry[]]>([
    ["refuses what would be refused", [rule("reject", "ext", "host", { services: ["telnet"], id: "x" })]],
    ["accepts what the language accepts", [rule("accept", "ext", "host", { services: ["ping"], id: "x" })]],
    [
      "says what a later one says",
      [
        ssh({ source: ["half"], id: "x" }),
        rule("drop", "ext", "host", { services: ["https"] }),
        ssh({ source: ["office"] }),
      ],
    ],
  ])("%s", (_, entries) => {
    const found = told(review(entries)).filter((one) => one.startsWith("changes-nothing"));
    expect(found).toEqual([expect.stringContaining("edge/fleet/h1/x: without it")]);
  });

  test.each<[string, Entry[]]>([
    ["drops what would be rejected", [rule("drop", "ext", "host", { services: ["telnet"] })]],
    ["refuses ICMP, too", [rule("reject", "ext", "all")]],
    ["protects from a later one", [rule("reject", "ext", "host", { source: ["half"] }), ssh({ source: ["office"] })]],
    [
      "logs",
      [rule("reject", "ext", "host", { services: ["telnet"], log: { level: "info", rate: { count: 1, per: "day" } } })],
    ],
    ["translates", [rule("accept+nat", "lan", "ext", { services: ["ping"] })]],
  ])("is not one that %s", (_, entries) =>
    expect(told(review(entries)).filter((one) => one.startsWith("changes-nothing"))).toEqual([]),
  );
});

describe("a port forward that is refused later", () => {
  const web = (more = {}): ForwardEntry =>
    forward("ext", { v4: "10.0.0.5" }, { services: ["https"], id: "web", ...more });

  test("is told with what refuses it: MicroFW's forwards after a zone's last word", () => {
    const found = told(review([rule("reject", "ext", "all", { id: "last" }), web()]));
    expect(found).toEqual([
      expect.stringMatching(
        /^forward-refused edge\/fleet\/h1\/web: what it forwards never arrives: .* by `reject all services ext → all` at edge\/fleet\/h1\/last\. Packet: tcp 443 from/,
      ),
    ]);
  });

  test("is not told where one of its ways is open", () => {
    expect(told(review([rule("drop", "ext", "all", { source: ["office"] }), web()]))).toEqual([]);
    expect(told(review([rule("drop", "ext", "host", { services: ["https"] }), web()]))).toEqual([]);
  });

  test("behind a forward of the same port it never matches", () => {
    const second = forward("ext", { v4: "10.0.0.6" }, { services: ["https"], id: "second" });
    expect(told(review([web(), second]))).toEqual([
      expect.stringMatching(/^never-matches edge\/fleet\/h1\/second: .* by `forward https ext → 10.0.0.5`/),
    ]);
  });
});

describe("an open host", () => {
  test.each<[string, Entry[], Partial<PolicyParts>, number]>([
    ["an entry for all services", [rule("accept", "lan", "host")], {}, 1],
    ["to all", [rule("accept", "lan", "all")], {}, 1],
    ["a zone that accepts by default", [], { defaults: { lan: "accept" } }, 1],
    ["for some addresses", [rule("accept", "lan", "host", { source: ["office"] })], {}, 0],
    ["for a service", [rule("accept", "lan", "host", { services: ["https"] })], {}, 0],
    ["to another zone", [rule("accept", "lan", "ext")], {}, 0],
    ["that an entry before it takes back", [rule("drop", "lan", "all"), rule("accept", "lan", "host")], {}, 0],
  ])("%s", (_, entries, more, count) =>
    expect(told(review(entries, more)).filter((one) => one.startsWith("open-host"))).toHaveLength(count),
  );
});

describe("a private service", () => {
  const hidden: Review = { private: [{ service: service("redis"), within: ["lan"], origin: { path: "edge/fleet" } }] };
  const redis = (from: string, more = {}) =>
    rule("accept", from, "host", { services: ["redis"], id: "redis", ...more });

  test.each<[string, Entry[], number]>([
    ["open to everybody", [redis("ext")], 1],
    ["open to everybody but some", [rule("drop", "ext", "host", { source: ["office"] }), redis("ext")], 1],
    ["open by an entry for everything", [rule("accept", "ext", "host")], 1],
    ["forwarded to everybody", [forward("ext", { v4: "10.0.0.5" }, { services: ["redis"] })], 1],
    ["open to an address", [redis("ext", { source: ["office"] })], 0],
    ["open to private networks", [redis("ext", { source: ["10.0.0.0/8", "192.168.0.0/16", "fc00::/7"] })], 0],
    ["open in its zone", [redis("lan")], 0],
    ["open until yesterday", [redis("ext", { expires: "2026-11-21T23:59:59Z" })], 0],
  ])("%s", (_, entries, count) => {
    const found = review(entries, { review: hidden }).filter(({ code }) => code === "private-open");
    expect(found).toHaveLength(count);
    if (count > 0) expect(found[0]?.packet).toMatch(/^tcp 6379 from /);
  });
});

describe("one family", () => {
  test.each<[string, Entry[], number]>([
    ["a dual source and a single destination", [rule("accept", "ext", "dmz", { source: ["office"], destination: ["only4"] })], 1],
    ["a dual external address and a single target", [forward("ext", { v4: "10.0.0.5" }, { external: ["office"], services: ["https"] })], 1],
    ["both sides single", [rule("accept", "ext", "dmz", { source: ["only4"], destination: ["only4"] })], 0],
    ["a single side alone", [rule("accept", "ext", "dmz", { source: ["only4"] })], 0],
    ["both sides dual", [rule("accept", "ext", "dmz", { source: ["office"], destination: ["half"] })], 0],
  ])("%s", (_, entries, count) =>
    expect(told(review(entries)).filter((one) => one.startsWith("one-family"))).toHaveLength(count),
  ); // prettier-ignore
});

test("what has expired, and what soon will, is told", () => {
  const until = (expires: string) => review([ssh({ expires })]).map(({ code }) => code);
  expect(until("2026-11-21T23:59:59Z")).toEqual(["expired"]);
  expect(until("2026-12-05T00:00:00Z")).toEqual(["expires-soon"]);
  expect(until("2027-01-31T00:00:00Z")).toEqual([]);
});

describe("a lock-out", () => {
  const lockouts = (entries: Entry[], given: Review, more: Partial<PolicyParts> = {}) =>
    review(entries, { ...more, review: { allowLockout: undefined, ...given } }).filter(
      ({ code }) => code === "lockout",
    );
  const office: Review = { managedFrom: { v4: ["203.0.113.0/24"], v6: ["2001:db8:1::/48"] } };
  const target = (given: Partial<SshTarget>) => ({ target: { address: "192.0.2.1", ...given } });

  test.each<[string, Entry[], Review, Partial<PolicyParts>, string]>([
    ["of everybody", [], {}, {}, "nobody at all would reach SSH on TCP port 22"],
    ["of everybody, at another port", [ssh()], {}, target({ port: 2222 }), "nobody at all would reach SSH on TCP port 2222"],
    ["of half of the deployers", [ssh({ source: ["half"] })], office, {}, "tcp 22 from 203.0.113.128 to"],
    ["of the deployers", [rule("drop", "ext", "all", { source: ["office"], id: "no" }), ssh()], office, {}, "kept from SSH by `drop all services ext → all from office` at edge/fleet/h1/no"],
    ["by an entry that has expired", [ssh({ expires: "2026-11-21T23:59:59Z" })], office, {}, "deployers would be locked out"],
    ["by a forward of the port", [forward("ext", { v4: "10.0.0.5" }, { services: ["ssh"] }), ssh({ source: ["only4"] })], {}, {}, "nobody at all would reach SSH on TCP port 22"],
  ])("%s", (_, entries, given, more, wanted) => {
    const found = lockouts(entries, given, more);
    expect(found).toHaveLength(1);
    expect(printFinding(found[0] as Finding)).toContain(wanted);
  }); // prettier-ignore

  test.each<[string, Entry[], Review, Partial<PolicyParts>]>([
    ["some source reaches it", [ssh({ source: ["only4"] })], {}, {}],
    ["all deployers do", [ssh({ source: ["office"] })], office, {}],
    ["each by an entry of its own", [ssh({ source: ["half"] }), ssh({ source: ["otherhalf"], id: "b" })], office, {}],
    ["by a zone's default", [], office, { defaults: { lan: "accept" } }],
    ["as often as a limit lets them", [ssh({ limit: { count: 6, per: "minute", burst: 5, perSource: true } })], office, {}],
    ["by the family of the host's address", [ssh({ source: ["203.0.113.0/24"] })], office, target({ address: "192.0.2.1" })],
    ["by one family of a name", [ssh({ source: ["203.0.113.0/24"] })], office, target({ address: "web-1.example.net" })],
    ["it is said to be meant", [], { ...office, allowLockout: true }, {}],
    ["managers have no address of the host's family, and others reach it", [ssh({ source: ["only4"] })], { managedFrom: { v4: ["203.0.113.0/24"], v6: [] } }, target({ address: "2001:db8::1" })],
  ])("is none where %s", (_, entries, given, more) => expect(lockouts(entries, given, more)).toEqual([])); // prettier-ignore

  test("can not be foreseen where nothing is said: a note", () => {
    const codes = (given: Review) => review([ssh()], { review: given }).map(({ code }) => code);
    expect(codes({ allowLockout: undefined })).toEqual(["manager-unknown"]);
    expect(codes({ allowLockout: undefined, ...office })).toEqual([]);
    expect(codes({ allowLockout: true })).toEqual([]);
  });
});

describe("an expectation", () => {
  type Expected = NonNullable<Review["expectations"]>[number];
  const expected = (verdict: "accepted" | "refused", more: Partial<Expected> = {}): Expected => ({
    verdict,
    from: { kind: "zone", name: "ext" },
    to: { kind: "host" },
    services: [service("ssh")],
    words: "ssh  ext → host",
    origin: { path: "edge/fleet/h1/expect-1" },
    ...more,
  });
  const failing = (entries: Entry[], one: Expected) =>
    review(entries, { review: { expectations: [one] } }).filter(({ code }) => code === "expectation-failed");
  const half = { source: { v4: ["203.0.113.0/25"], v6: [] } };

  test.each<[string, Entry[], Expected]>([
    ["accepted", [ssh()], expected("accepted")],
    ["accepted of some", [ssh({ source: ["office"] })], expected("accepted", half)],
    ["accepted by any zone", [ssh()], expected("accepted", { from: undefined })],
    ["accepted by a forward", [forward("ext", { v4: "10.0.0.5", v6: "fd00::5" }, { services: ["ssh"] })], expected("accepted")],
    ["accepted through the host", [rule("accept", "lan", "ext")], expected("accepted", { from: { kind: "zone", name: "lan" }, to: { kind: "zone", name: "ext" }, services: [] })],
    ["accepted outbound, which is open", [], expected("accepted", { from: { kind: "host" }, to: { kind: "zone", name: "ext" } })],
    ["refused", [], expected("refused")],
    ["refused of others", [ssh({ source: ["otherhalf"] })], expected("refused", half)],
    ["refused outbound", [rule("reject", "host", "ext")], expected("refused", { from: { kind: "host" }, to: { kind: "zone", name: "ext" } })],
    ["refused by all zones", [rule("accept", "ext", "host", { services: ["https"] })], expected("refused", { from: undefined })],
  ])("holds: %s", (_, entries, one) => expect(failing(entries, one)).toEqual([])); // prettier-ignore

  test.each<[string, Entry[], Expected, string]>([
    ["accepted of all, and is of some", [ssh({ source: ["half"] })], expected("accepted", { source: { v4: ["203.0.113.0/24"], v6: [] } }), "and is refused by the language (nothing accepted it). Packet: tcp 22 from 203.0.113.128"],
    ["accepted of both families, and is of one", [ssh({ source: ["0.0.0.0/0"] })], expected("accepted"), "from 2001:db8::7"],
    ["refused, and one address passes", [ssh({ source: ["203.0.113.9"] })], expected("refused"), "and is accepted by `accept ssh ext → host from 203.0.113.9` at edge/fleet/h1/ssh. Packet: tcp 22 from 203.0.113.9"],
    ["refused by all zones, and lan accepts", [rule("accept", "lan", "host", { services: ["ssh"] })], expected("refused", { from: undefined }), "in by eth1"],
    ["accepted by any zone, and none does", [], expected("accepted", { from: undefined }), "is expected to be accepted"],
    ["accepted, and has expired", [ssh({ expires: "2026-11-21T23:59:59Z" })], expected("accepted"), "is expected to be accepted"],
  ])("fails: %s", (_, entries, one, wanted) => {
    const found = failing(entries, one);
    expect(found).toHaveLength(1);
    expect(printFinding(found[0] as Finding)).toContain(wanted);
  }); // prettier-ignore
});

describe("silences", () => {
  const again = (silence: Silences) => ssh({ id: "again", silence });

  test("keep their reasons: those of an entry, its zone, its host", () => {
    const reasons = (findings: Finding[]) => findings.map(({ code, silenced }) => [code, silenced]);
    expect(reasons(review([ssh(), again({ "never-matches": "for the audit" })]))).toEqual([
      ["never-matches", "for the audit"],
    ]);
    expect(reasons(review([ssh(), ssh({ id: "b" })], { review: { silence: { "never-matches": "meant" } } }))).toEqual([["never-matches", "meant"]]); // prettier-ignore
  });

  test("that silence nothing are told", () => {
    expect(told(review([ssh({ silence: { "never-matches": "for the audit" } })]))).toEqual([
      expect.stringContaining("unused-silence edge/fleet/h1/ssh: `never-matches` is silenced here, and was not found"),
    ]);
  });
});
