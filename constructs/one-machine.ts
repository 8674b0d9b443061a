import type { Mistake } from "../lib/model/explain-issues";
import { hostAddressOf } from "../lib/model/host-address";
import type { HostAddress } from "../lib/model/policy";
import type { UsedAddresses } from "./used-addresses";

/** The machine that a property names, or nothing where it names none, or more than one. */
export function hostAddressFrom(
  property: "to" | "snat",
  given: unknown,
  addresses: UsedAddresses,
  mistakes: Mistake[],
): HostAddress | undefined {
  if (given === undefined) {
    mistakes.push({ problem: `\`${property}\` is missing`, allowed: 'one machine, such as `"10.0.0.5"`' });
    return undefined;
  }
  const members = addresses.membersOf(given, mistakes);
  if (members === undefined) return undefined;
  const machine = hostAddressOf(members, `\`${property}\``);
  if (!("problem" in machine)) return machine;
  mistakes.push(machine);
  return undefined;
}
