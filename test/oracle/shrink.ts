import type { HostPolicy } from "../../lib/model/policy";

/** Leaves out entries one by one as long as what was found is still found: what remains is worth reading. */
export async function shrink(
  policy: HostPolicy,
  stillFound: (smaller: HostPolicy) => Promise<boolean>,
): Promise<HostPolicy> {
  let small = policy;
  for (const entry of policy.entries) {
    const without = { ...small, entries: small.entries.filter((one) => one !== entry) };
    if (await stillFound(without)) small = without;
  }
  return small;
}
