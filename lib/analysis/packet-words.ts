import { PROTOCOL } from "../compile/ruleset";
import type { Packet } from "./packet";

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(PROTOCOL).map(([name, number]) => [number, name]),
);

/** `tcp`, `gre` by its number: `protocol 47`. */
export function protocolInWords(number: number): string {
  return NAMES[number] ?? `protocol ${String(number)}`;
}

/** `tcp 443 from 198.51.100.7 to 203.0.113.1, in by eth0, out by eth1`: as `cdkfw trace` would be asked. */
export function packetInWords(packet: Packet): string {
  const { inInterface, outInterface, protocol, destinationPort, sourcePort, icmpType, icmpCode, state, moment } =
    packet;
  const type = icmpType === undefined ? "" : ` type ${String(icmpType)}${icmpCode ? `/${String(icmpCode)}` : ""}`;
  const port = destinationPort === undefined ? type : ` ${String(destinationPort)}`;
  return [
    `${protocolInWords(protocol)}${port} from ${packet.source} to ${packet.destination}`,
    inInterface === undefined ? "sent by the host" : `in by ${inInterface}`,
    outInterface === undefined ? undefined : `out by ${outInterface}`,
    sourcePort === undefined || sourcePort === 40_000 ? undefined : `source port ${String(sourcePort)}`,
    state === undefined || state === "new" ? undefined : state,
    moment === undefined ? undefined : `at ${moment}`,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}
