import type { ZonePolicy } from "../model/policy";
import { ACCEPT, implicit } from "./implicit";
import type { Rule } from "./ruleset";

const SERVER = { 4: 67, 6: 547 } as const;
const CLIENT = { 4: 68, 6: 546 } as const;

/** A DHCP answer is no answer to conntrack: the question was sent to the broadcast or multicast address. */
export function dhcpAnswers(zone: ZonePolicy): Rule[] {
  return onDhcpInterfaces(zone, "in-interface", "DHCP answers", SERVER, CLIENT);
}

/** Asked for before any outbound entry decides: a lease that can not be renewed takes the host off the network. */
export function dhcpQuestions(zone: ZonePolicy): Rule[] {
  return onDhcpInterfaces(zone, "out-interface", "DHCP questions", CLIENT, SERVER);
}

type Ports = typeof SERVER | typeof CLIENT;

function onDhcpInterfaces(
  zone: ZonePolicy,
  kind: "in-interface" | "out-interface",
  reason: string,
  from: Ports,
  to: Ports,
): Rule[] {
  const families = [4, 6] as const;
  return zone.interfaces
    .filter(({ dhcp }) => dhcp)
    .flatMap(({ name }) =>
      families.map((family) =>
        implicit(
          reason,
          ACCEPT,
          [
            { kind, name },
            { kind: "ports", side: "source", protocol: "udp", ranges: [[from[family], from[family]]] },
            { kind: "ports", side: "destination", protocol: "udp", ranges: [[to[family], to[family]]] },
          ],
          { family },
        ),
      ),
    );
}
