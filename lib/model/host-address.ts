import type { AddressPolicy } from "./addresses";
import type { Mistake } from "./explain-issues";
import { show } from "./findings";
import type { HostAddress } from "./policy";

/** The one machine that addresses stand for: at most one of each family, and no network. `of` completes the sentence. */
export function hostAddressOf({ v4, v6, countries }: AddressPolicy, of: string): HostAddress | Mistake {
  const allowed = 'one address, or one of each family, such as `["10.0.0.5", "fd00::5"]`';
  if (countries !== undefined) {
    return { problem: `${show(`country:${countries.join(",")}`)} is a country, and ${of} is one machine`, allowed };
  }
  const network = [...v4, ...v6].find((address) => address.includes("/"));
  if (network !== undefined) return { problem: `${show(network)} is a network, and ${of} is one machine`, allowed };
  for (const [family, given] of [[4, v4] as const, [6, v6] as const]) {
    if (given.length < 2) continue;
    const list = given.slice(0, 3).map(show).join(", ");
    return { problem: `${of} has ${given.length} addresses of IPv${family}: ${list}`, allowed };
  }
  return { ...(v4[0] !== undefined && { v4: v4[0] }), ...(v6[0] !== undefined && { v6: v6[0] }) };
}
