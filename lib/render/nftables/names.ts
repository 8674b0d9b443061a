/** The one table of ours, of both families. Nothing outside of it is ever touched. */
export const TABLE = "inet cdkfw";

/** Words that nft's grammar keeps for itself can name no chain. */
const GIVEN: Readonly<Record<string, string>> = {
  reject: "refuse",
  masquerade: "masquerade-marked",
  "accept+nat": "accept-masqueraded",
};

/** The ruleset's own names are legal in nft, all but a few: `forward/ext/lan` stays what it is. */
export function chainName(name: string): string {
  const legal = GIVEN[name] ?? name;
  if (!/^[A-Za-z][A-Za-z0-9/_.-]*$/.test(legal)) throw new Error(`invariant: no chain name can be made of ${name}`);
  return legal;
}
