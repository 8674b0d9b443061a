import { PROTOCOL } from "../compile/ruleset";
import type { ServiceMatch } from "../model/services";
import { TRUE, type Node } from "./diagrams";
import { typeRange } from "./landmarks";
import type { PacketSpace } from "./packet-space";

/** The packets of services: all packets where none is named. The space must know them. */
export function servicePackets(space: PacketSpace, services: readonly ServiceMatch[]): Node {
  return services.length === 0 ? TRUE : space.diagrams.union(services.map((service) => packetsOf(space, service)));
}

function packetsOf(space: PacketSpace, service: ServiceMatch): Node {
  const { diagrams } = space;
  switch (service.kind) {
    case "ports":
      return space.withPorts("destination", PROTOCOL[service.protocol], service.ports);
    case "protocol":
      return space.ofProtocol(service.number);
    case "icmp": {
      const { v4, v6 } = service;
      const all = v4 === undefined && v6 === undefined;
      const types = (protocol: number, given: typeof v4) =>
        all ? space.ofProtocol(protocol) : space.withPorts("destination", protocol, (given ?? []).map(typeRange));
      return diagrams.or(
        diagrams.and(space.ofFamily(4), types(PROTOCOL.icmp, v4)),
        diagrams.and(space.ofFamily(6), types(PROTOCOL.icmpv6, v6)),
      );
    }
  }
}
