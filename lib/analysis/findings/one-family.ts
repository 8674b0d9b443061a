import type { Entry, HostPolicy } from "../../model/policy";
import { show } from "../../model/findings";
import type { Reviewed } from "../reviewed";

/** An entry that looks as if it were for both families is: no side of it lacks one that the other side has. */
export function bothFamiliesAreMeant(reviewed: Reviewed): void {
  const { policy } = reviewed;
  for (const entry of policy.entries) {
    const sides = sidesOf(policy, entry);
    const dual = sides.find(({ v4, v6 }) => v4 && v6);
    const single = sides.find(({ v4, v6 }) => v4 !== v6);
    if (dual === undefined || single === undefined) continue;
    const [has, lacks] = single.v4 ? ["IPv4", "IPv6"] : ["IPv6", "IPv4"];
    reviewed.reportEntry("one-family", entry, {
      problem: `it is for ${has} alone: ${single.words} has no address of ${lacks}, although ${dual.words} has`,
      fix: `give it one of ${lacks}, or silence this`,
    });
  }
}

interface Side {
  readonly words: string;
  readonly v4: boolean;
  readonly v6: boolean;
}

function sidesOf(policy: HostPolicy, entry: Entry): Side[] {
  const named = (names: readonly string[]): Side[] => {
    if (names.length === 0) return [];
    const has = (family: "v4" | "v6") => names.some((name) => (policy.addresses[name]?.[family].length ?? 0) > 0);
    return [{ words: names.map(show).join(", "), v4: has("v4"), v6: has("v6") }];
  };
  if (entry.kind === "rule") return [...named(entry.source), ...named(entry.destination)];
  const { v4, v6 } = entry.target;
  const target = { words: [v4, v6].filter((one) => one !== undefined).map(show).join(", "), v4: v4 !== undefined, v6: v6 !== undefined }; // prettier-ignore
  return [...named(entry.source), ...named(entry.external), target];
}
