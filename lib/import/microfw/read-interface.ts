import { explainValue } from "../../model/explain-issues";
import { nearestName, show } from "../../model/findings";
import { IP_PROTOCOLS } from "../../model/ip-protocols";
import { interfaceName } from "../../model/names";
import type { ReadRow } from "./read-rows";
import { ALL, FW, type InterfaceRow } from "./rows";
import { NONE } from "./table";

/** What iptables knows beside the names of ours: those of /etc/protocols that firewalls speak of. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  ...IP_PROTOCOLS,
  ...{ icmp: 1, ipencap: 4, tcp: 6, udp: 17, dccp: 33, rsvp: 46, icmpv6: 58, "ipv6-icmp": 58, ospfigp: 89 },
  ...{ encap: 98, ipcomp: 108, isis: 124, hip: 139 },
};

/** `eth0  ext  gre,ospf`: an interface, its zone, and the protocols that the host itself accepts on it. */
export const readInterface: ReadRow<InterfaceRow> = ([given = "", zone = "", listed = NONE], place, complain) => {
  if (zone === FW || zone === ALL) {
    complain({
      problem: `a zone can not be named ${show(zone)}`,
      allowed: "any other name: `FW` is the host itself, `ALL` is the host and every zone",
      fix: "rename the zone, here and in the rules",
    });
  }
  const name = given.replace(/\+$/, "*");
  const mistake = explainValue(interfaceName, name, "name for an interface");
  if (mistake !== undefined) complain(mistake);
  const protocols = listed === NONE ? [] : listed.split(",").flatMap((text) => protocolOf(text, complain));
  const numbers = [...new Set(protocols)].sort((a, b) => a - b);
  const policy = { name, dhcp: false, ...(numbers.length > 0 && { protocols: numbers }) };
  return { place, zone, policy };
};

function protocolOf(text: string, complain: Parameters<typeof readInterface>[2]): readonly number[] {
  const lower = text.toLowerCase();
  const number = PROTOCOLS[lower] ?? (/^[0-9]{1,3}$/.test(text) ? Number(text) : NaN);
  if (number >= 1 && number <= 255) return [number];
  const near = nearestName(lower, Object.keys(PROTOCOLS));
  complain({
    problem: `${show(text)} is no IP protocol`,
    allowed: "names such as `gre`, `esp`, `ospf`, or numbers from 1 to 255, with commas between them, or `-`",
    fix:
      text === "all" || text === "0"
        ? "accept everything by a rule: `zone FW ALL ALL ALL accept`"
        : near === undefined
          ? "give its number, as /etc/protocols has it"
          : `did you mean \`${near}\`?`,
  });
  return [];
}
