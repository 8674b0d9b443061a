import { chainName } from "../../../../lib/render/iptables/chain-names";
import { printVerdict } from "../../../../lib/render/iptables/verdicts";
import type { Verdict } from "../../../../lib/compile/ruleset";

const reject = (answer: Extract<Verdict, { kind: "reject" }>["answer"]): Verdict => ({ kind: "reject", answer });

describe("a verdict in a family", () => {
  it.each<[Verdict, string, string?]>([
    [{ kind: "accept" }, "-j ACCEPT"],
    [{ kind: "drop" }, "-j DROP"],
    [reject("tcp-reset"), "-j REJECT --reject-with tcp-reset"],
    [reject("port-unreachable"), "-j REJECT --reject-with icmp-port-unreachable", "-j REJECT --reject-with icmp6-port-unreachable"], // prettier-ignore
    [reject("host-unreachable"), "-j REJECT --reject-with icmp-host-unreachable", "-j REJECT --reject-with icmp6-addr-unreachable"], // prettier-ignore
    [reject("admin-prohibited"), "-j REJECT --reject-with icmp-admin-prohibited", "-j REJECT --reject-with icmp6-adm-prohibited"], // prettier-ignore
    [{ kind: "jump", chain: "forward/ext/lan" }, "-j CDKFW-F-ext.lan"],
    [{ kind: "goto", chain: "accept+nat" }, "-g CDKFW-ACCEPT-NAT"],
    [{ kind: "mark-masquerade" }, "-j MARK --set-xmark 0x1000/0x1000"],
    [{ kind: "masquerade" }, "-j MASQUERADE"],
  ])("%j", (verdict, in4, in6 = in4) =>
    expect(([4, 6] as const).map((family) => printVerdict(verdict, { family, chainNames: chainName }))).toEqual([
      in4,
      in6,
    ]),
  );
});
