import { createHash } from "node:crypto";

/** All chains of ours begin so; nothing else of the host's does. */
export const CHAIN_PREFIX = "CDKFW-";

/** The kernel's limit is 28 characters (XT_EXTENSION_MAXNAMELEN less its NUL). */
const LONGEST = 28;

const GIVEN: Readonly<Record<string, string>> = {
  prerouting: "PREROUTING",
  input: "INPUT",
  forward: "FORWARD",
  output: "OUTPUT",
  reject: "REJECT",
  masquerade: "MASQUERADE",
  "accept+nat": "ACCEPT-NAT",
};

const SHORT: Readonly<Record<string, string>> = { input: "I", forward: "F", output: "O", log: "L" };

/** `forward/ext/lan` → `CDKFW-F-ext.lan`; a name that would be too long is cut and told apart by a digest. */
export function chainName(name: string): string {
  const given = GIVEN[name];
  if (given !== undefined) return CHAIN_PREFIX + given;
  const [kind = "", ...zones] = name.split("/");
  const legal = `${CHAIN_PREFIX}${SHORT[kind] ?? kind}-${zones.join(".")}`;
  if (!/^[A-Za-z0-9._-]+$/.test(legal)) throw new Error(`invariant: no chain name can be made of ${name}`);
  if (legal.length <= LONGEST) return legal;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 7);
  return `${legal.slice(0, LONGEST - digest.length - 1)}~${digest}`;
}

export type ChainNames = (name: string) => string;

/**
 * The names of a ruleset's chains.
 * INVARIANT: no two chains get one name. Two that did would become one, and let pass what either lets pass.
 */
export function chainNames(chains: readonly { readonly name: string }[]): ChainNames {
  const names = new Map(chains.map(({ name }) => [name, chainName(name)]));
  const printed = new Set(names.values());
  if (printed.size < chains.length)
    throw new Error(`invariant: two chains have one name in ${[...printed].join(", ")}`);
  return (name) => {
    const known = names.get(name);
    if (known === undefined) throw new Error(`invariant: chain ${name} does not exist`);
    return known;
  };
}
