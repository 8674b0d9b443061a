import { show } from "../findings";
import type { Check } from "./check";
import { servicesOf } from "./services-of";

/** Only what has ports comes from one. */
export const sourcePortsNeedPorts: Check = ({ policy, report }) => {
  for (const { sourcePorts, services, origin } of policy.entries) {
    if (sourcePorts === undefined) continue;
    const without = services.filter((name) => servicesOf(policy, name).some(({ kind }) => kind !== "ports"));
    if (without.length === 0) continue;
    report({
      origin,
      problem: `${without.map(show).join(", ")} has parts without ports, which no source port can match`,
      allowed: "services of TCP, UDP and SCTP ports, where source ports are given",
      fix: "give it an entry of its own, without source ports",
    });
  }
};

/** An address to put in is for what is translated. */
export const snatNeedsNat: Check = ({ policy, report }) => {
  for (const entry of policy.entries) {
    if (entry.kind !== "rule" || entry.snat === undefined || entry.action === "accept+nat") continue;
    report({
      origin: entry.origin,
      problem: `\`snat\` has no effect with the action \`${entry.action}\``,
      fix: "use `accept+nat`, or leave `snat` out",
    });
  }
};

/** The mark of a packet has room for the numbers of so many addresses. */
export const MOST_SNAT_ADDRESSES = 15;

/** The addresses to put in are no more than a packet's mark can tell apart. */
export const snatAddressesFitTheMark: Check = ({ policy, report }) => {
  const seen = new Set<string>();
  for (const entry of policy.entries) {
    if (entry.kind !== "rule" || entry.snat === undefined || entry.action !== "accept+nat") continue;
    const key = JSON.stringify([entry.snat.v4, entry.snat.v6]);
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size <= MOST_SNAT_ADDRESSES) continue;
    report({
      origin: entry.origin,
      problem: `${show(policy.host)} has more than ${MOST_SNAT_ADDRESSES} different addresses for \`snat\``,
      allowed: `${MOST_SNAT_ADDRESSES} on one host: a packet's mark tells no more apart`,
      fix: "let entries share addresses, or leave `snat` out for that of the interface",
    });
  }
};

/** A raw match has words for the backend of its host. */
export const rawSpeaksTheBackend: Check = ({ policy, report }) => {
  for (const { raw, origin } of policy.entries) {
    if (raw === undefined || raw[policy.backend] !== undefined) continue;
    const other = policy.backend === "iptables" ? "nftables" : "iptables";
    report({
      origin,
      problem: `\`raw\` has words for ${other} only, and the backend of ${show(policy.host)} is ${policy.backend}`,
      fix: `add the same match as \`raw.${policy.backend}\`, or give the host the backend \`${other}\``,
    });
  }
};
