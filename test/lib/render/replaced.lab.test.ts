import { Lab } from "../../../lib/sandbox";
import { replaceUnderFlood, useLegacyIptables } from "../../flood/flood";

/** A thousand of them: `npm run flood`. */
const REPLACEMENTS = 40;

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start({ hosts: [{ name: "nft" }, { name: "ipt" }, { name: "legacy" }] });
  await useLegacyIptables(lab.host("legacy"));
});
afterAll(() => lab?.stop());

it.each([
  ["nftables", "nft"],
  ["iptables", "ipt"],
  ["iptables", "legacy"],
] as const)(
  "while rules replace rules by %s (%s), nothing new that both allow gets lost, and nothing that both forbid comes through",
  async (backend, name) => {
    const flooded = await replaceUnderFlood(lab, lab.host(name), backend, REPLACEMENTS);
    expect(flooded.filter(({ wrong }) => wrong !== 0)).toEqual([]);
    for (const { sent } of flooded) expect(sent).toBeGreaterThan(1000);
  },
  120_000,
);
