// npm run flood -- --replacements N: rules replace rules under a flood of new connections, by each backend.
import { parseArgs } from "node:util";
import { Lab } from "../../lib/sandbox";
import { replaceUnderFlood, useLegacyIptables } from "./flood";

const HOSTS = [
  { name: "nft", backend: "nftables", label: "nftables" },
  { name: "ipt", backend: "iptables", label: "iptables over nftables" },
  { name: "legacy", backend: "iptables", label: "legacy iptables" },
] as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { replacements: { type: "string" } } });
  const replacements = Number(values.replacements ?? 1000);
  const lab = await Lab.start({ hosts: HOSTS.map(({ name }) => ({ name })) });
  let wrong = 0;
  try {
    await useLegacyIptables(lab.host("legacy"));
    for (const { name, backend, label } of HOSTS) {
      const started = Date.now();
      const flooded = await replaceUnderFlood(lab, lab.host(name), backend, replacements);
      console.log(`${label}: ${replacements} replacements in ${Math.round((Date.now() - started) / 1000)} s`);
      for (const one of flooded) {
        wrong += one.wrong;
        console.log(`  ${one.what.padEnd(45)} ${String(one.sent).padStart(9)} packets ${one.wrong} wrong`);
      }
    }
  } finally {
    await lab.stop();
  }
  return wrong === 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
