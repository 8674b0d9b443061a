import type { HostPolicy, RuleEntry } from "../../lib/model/policy";
import type { LabHost } from "../../lib/sandbox";
import { policyOf, rule } from "../fixtures/policy";

/** Rules as a host has many of: half by address and port, a quarter from a list, a quarter refused; and SSH. */
export function policyFor(host: LabHost, rules: number): HostPolicy {
  const entries: RuleEntry[] = [rule("accept", "mgmt", "host", { services: ["ssh"], id: "ssh" })];
  for (let n = 1; n < rules; n++) {
    const services = [`tcp/${1024 + n}`];
    const address = `address-${n % 50}`;
    const to = n % 3 === 0 ? "host" : "lan";
    if (n % 4 === 3) entries.push(rule("reject", "ext", to, { source: [address], services, id: `rule-${n}` }));
    else if (n % 4 === 2) entries.push(rule("accept", "ext", to, { source: ["partners"], services, id: `rule-${n}` }));
    else entries.push(rule("accept", "ext", to, { source: [address], services, id: `rule-${n}` }));
  }
  const addresses = Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [
      `address-${n}`,
      { v4: [`203.0.${n}.0/24`], v6: [`2001:db8:${(n + 16).toString(16)}::/48`] },
    ]),
  );
  const list = Array.from({ length: 20 }, (_, n) => n + 1);
  return policyOf({
    host: host.name,
    zones: { mgmt: ["eth0"], ext: ["wan0"], lan: ["lan0"] },
    addresses: {
      ...addresses,
      partners: { v4: list.map((n) => `192.0.2.${n}`), v6: list.map((n) => `2001:db8:ff::${n.toString(16)}`) },
    },
    entries,
    target: {
      address: host.address,
      user: "root",
      identityFiles: [host.ssh.identityFile],
      knownHostsFiles: [host.ssh.knownHostsFile],
    },
  });
}
