import { DROP, implicit } from "./implicit";
import { PROTOCOL, type Chain, type RejectAnswer, type Verdict } from "./ruleset";

export const REJECT: Verdict = { kind: "goto", chain: "reject" };

const answer = (kind: RejectAnswer): Verdict => ({ kind: "reject", answer: kind });

/**
 * How a refused packet is answered. Broadcast, multicast and IGMP get no answer: RFC 1122 (3.2.2) and RFC 4443 (2.4)
 * forbid one. A refused TCP connection is reset, so that the client gives up at once.
 */
export function rejectChain(): Chain {
  return {
    name: "reject",
    rules: [
      implicit("no answer to broadcast", DROP, [{ kind: "destination-type", type: "broadcast" }], { family: 4 }),
      implicit("no answer to multicast", DROP, [{ kind: "destination-type", type: "multicast" }]),
      implicit("no answer to IGMP", DROP, [{ kind: "protocol", number: PROTOCOL.igmp }], { family: 4 }),
      implicit("refused TCP is reset", answer("tcp-reset"), [{ kind: "protocol", number: PROTOCOL.tcp }]),
      implicit("refused UDP", answer("port-unreachable"), [{ kind: "protocol", number: PROTOCOL.udp }]),
      implicit("refused ICMP", answer("host-unreachable"), [{ kind: "protocol", number: PROTOCOL.icmp }], {
        family: 4,
      }),
      implicit("refused", answer("admin-prohibited")),
    ],
  };
}
