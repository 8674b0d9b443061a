import { show } from "../../model/findings";
import { portRange, type PortRange } from "../../model/services";
import type { ReadRow } from "./read-rows";
import type { ServiceRow } from "./rows";
import { NONE } from "./table";

/** `ssh  22  -`: a port, or a range such as `8000-8100`, of TCP and of UDP. */
export const readService: ReadRow<ServiceRow> = ([name = "", tcp = NONE, udp = NONE], place, complain) => {
  const read = (text: string, column: string): PortRange | undefined => {
    if (text === NONE) return undefined;
    const [, first, last] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text) ?? [];
    const range = portRange.safeParse([Number(first ?? NaN), Number(last ?? first ?? NaN)]);
    if (range.success) return range.data;
    complain({
      problem: `${show(text)} is no ${column}`,
      allowed: "a port from 1 to 65535, a range such as `8000-8100`, or `-`",
    });
    return undefined;
  };
  const ports = { tcp: read(tcp, "TCP port"), udp: read(udp, "UDP port") };
  return { place, name, ...(ports.tcp && { tcp: ports.tcp }), ...(ports.udp && { udp: ports.udp }) };
};
