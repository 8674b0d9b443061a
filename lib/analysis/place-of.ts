import { printOrigin } from "../model/origin";
import type { HostPolicy } from "../model/policy";
import type { Trace } from "./evaluate";

/** The line of code that declared the entry: the bundle's policy knows it, the rules in the kernel do not. */
export function placeOf({ entry }: Trace, policy: HostPolicy): string | undefined {
  const path = entry?.origin.path;
  const declared = policy.entries.find(({ origin }) => origin.path === path);
  return declared === undefined ? undefined : printOrigin(declared.origin);
}
