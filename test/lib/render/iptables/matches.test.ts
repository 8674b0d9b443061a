import { printMatch } from "../../../../lib/render/iptables/matches";
import { addressTests } from "../../../../lib/render/iptables/sets";
import type { Match } from "../../../../lib/compile/ruleset";
import type { PortRange } from "../../../../lib/model/services";

const addressTest = addressTests([
  { name: "both", v4: ["192.0.2.1"], v6: ["::1"] },
  { name: "only4", v4: ["192.0.2.0/24"], v6: [] },
  { name: "any", v4: ["0.0.0.0/0", "192.0.2.1"], v6: ["::/0"] },
  { name: "many", v4: ["192.0.2.1", "192.0.2.2"], v6: ["2001:db8::1", "2001:db8::/48"] },
]);

/** What a match becomes in a family, one string for each rule that it needs; none where no packet can match. */
function print(match: Match, family: 4 | 6): string[] {
  return printMatch(match, { family, addressTest }).map(({ protocol, words }) =>
    (protocol === undefined ? words : ` -p ${protocol}${words}`).trimStart(),
  );
}

const ports = (ranges: PortRange[], side: "source" | "destination" = "destination"): Match => ({
  kind: "ports",
  protocol: "tcp",
  side,
  ranges,
});
const singles = (count: number): PortRange[] => Array.from({ length: count }, (_, n) => [n + 1, n + 1] as const);
const list = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => String(first + n)).join(",");

describe("a match in a family", () => {
  it.each<[string, Match, string[], string[]]>([
    ["in-interface", { kind: "in-interface", name: "eth0.5" }, ["-i eth0.5"], ["-i eth0.5"]],
    ["out-interface", { kind: "out-interface", name: "br-lan" }, ["-o br-lan"], ["-o br-lan"]],
    ["one address each", { kind: "address", side: "source", set: "both" }, ["-s 192.0.2.1"], ["-s ::1"]],
    ["an address of one family", { kind: "address", side: "destination", set: "only4" }, ["-d 192.0.2.0/24"], []],
    ["a set with /0", { kind: "address", side: "source", set: "any" }, [""], [""]],
    [
      "a set of many",
      { kind: "address", side: "source", set: "many" },
      ["-m set --match-set cdkfw-\u0001GENERATION\u0001-3-4 src"],
      ["-m set --match-set cdkfw-\u0001GENERATION\u0001-3-6 src"],
    ],
    [
      "a set of many as destination",
      { kind: "address", side: "destination", set: "many" },
      ["-m set --match-set cdkfw-\u0001GENERATION\u0001-3-4 dst"],
      ["-m set --match-set cdkfw-\u0001GENERATION\u0001-3-6 dst"],
    ],
    ["a protocol", { kind: "protocol", number: 47 }, ["-p 47"], ["-p 47"]],
    ["AH is a header of IPv6", { kind: "protocol", number: 51 }, ["-p 51"], ["-m ah"]],
    ["ICMP is of IPv4", { kind: "protocol", number: 1 }, ["-p 1"], []],
    ["ICMPv6 is of IPv6", { kind: "protocol", number: 58 }, [], ["-p 58"]],
    ["a port", ports([[22, 22]]), ["-p tcp -m tcp --dport 22"], ["-p tcp -m tcp --dport 22"]],
    ["a range", ports([[1, 65535]]), ["-p tcp -m tcp --dport 1:65535"], ["-p tcp -m tcp --dport 1:65535"]],
    ["a source port", ports([[67, 67]], "source"), ["-p tcp -m multiport --sports 67"], ["-p tcp -m multiport --sports 67"]], // prettier-ignore
    ["ports", ports([[80, 80], [90, 99]]), ["-p tcp -m multiport --dports 80,90:99"], ["-p tcp -m multiport --dports 80,90:99"]], // prettier-ignore
    ["ICMP types are rules of their own", { kind: "icmp", family: 4, types: [{ type: 8 }, { type: 3, code: 4 }] }, ["-p icmp -m icmp --icmp-type 8", "-p icmp -m icmp --icmp-type 3/4"], []], // prettier-ignore
    ["ICMPv6 types", { kind: "icmp", family: 6, types: [{ type: 128 }] }, [], ["-p ipv6-icmp -m icmp6 --icmpv6-type 128"]], // prettier-ignore
    ["no ICMP type", { kind: "icmp", family: 4, types: [] }, [], []],
    ["conntrack", { kind: "conntrack-state", states: ["established", "related"] }, ["-m conntrack --ctstate ESTABLISHED,RELATED"], ["-m conntrack --ctstate ESTABLISHED,RELATED"]], // prettier-ignore
    ["broadcast", { kind: "destination-type", type: "broadcast" }, ["-m addrtype --dst-type BROADCAST"], []], // prettier-ignore
    ["multicast", { kind: "destination-type", type: "multicast" }, ["-d 224.0.0.0/4"], ["-d ff00::/8"]],
    ["our bit of the mark", { kind: "masquerade-mark" }, ["-m mark --mark 0x1000/0x1000"], ["-m mark --mark 0x1000/0x1000"]], // prettier-ignore
  ])("%s", (_, match, in4, in6) => expect([print(match, 4), print(match, 6)]).toEqual([in4, in6]));
});

describe("many ports", () => {
  it.each<[string, PortRange[], string[]]>([
    ["15 fit into one rule", singles(15), [list(1, 15)]],
    ["16 need two", singles(16), [list(1, 15), "16"]],
    ["31 need three", singles(31), [list(1, 15), list(16, 30), "31"]],
    ["a range counts as two", [...singles(13), [20, 30]], [`${list(1, 13)},20:30`]],
    ["a range that finds one place left goes into the next rule", [...singles(14), [20, 30]], [list(1, 14), "20:30"]],
    [
      "8 ranges need two",
      Array.from({ length: 8 }, (_, n) => [n * 10 + 1, n * 10 + 5] as const),
      ["1:5,11:15,21:25,31:35,41:45,51:55,61:65", "71:75"],
    ],
  ])("%s", (_, ranges, wanted) => {
    const printed = print(ports(ranges), 4).map((words) => words.split(" ").at(-1));
    expect(printed).toEqual(wanted);
  });
});

describe("what must not need quotes", () => {
  it.each(["", "-j", "eth0 -j ACCEPT", "eth0\n-A X", '"', "$(x)", "`x`", "!eth0", "eth0;", "ethö"])("%j", (name) => {
    expect(() => print({ kind: "in-interface", name }, 4)).toThrow("invariant");
  });

  it.each(["1.2.3.4 -j ACCEPT", "-s", "host.example", "1.2.3.4\n", "1.2.3.4/"])("the address %j", (address) => {
    const tests = addressTests([{ name: "x", v4: [address], v6: [] }]);
    const match: Match = { kind: "address", side: "source", set: "x" };
    expect(() => printMatch(match, { family: 4, addressTest: tests })).toThrow("invariant");
  });
});
