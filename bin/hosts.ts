import { basename } from "node:path";
import type { Bundle } from "../lib/bundle/format";
import { findBundles, readBundle } from "../lib/bundle/read";
import { nearestName, show } from "../lib/model/findings";
import { UserError } from "../lib/model/user-error";
import { connect, type Connection } from "../lib/remote";
import { overrides, type ConnectionFlags } from "./options";

/**
 * The bundles of the named hosts, or of all; in the order of stacks and names.
 * @throws UserError `unknown-host`; `host-in-two-stacks`, since two bundles would fight over one machine
 */
export function bundlesOf(output: string, names: readonly string[], stacks?: readonly string[]): Bundle[] {
  const folders = findBundles(output, stacks);
  const known = new Set(folders.map((folder) => basename(folder)));
  for (const name of names) {
    if (known.has(name)) continue;
    const near = nearestName(name, known);
    const help = near === undefined ? `Known: ${[...known].slice(0, 20).join(", ")}.` : `Did you mean \`${near}\`?`;
    throw new UserError("unknown-host", `${show(name)} is no host of \`${output}\``, help);
  }
  const wanted = folders.filter((folder) => names.length === 0 || names.includes(basename(folder)));
  const seen = new Map<string, string>();
  for (const folder of wanted) {
    const first = seen.get(basename(folder));
    if (first !== undefined) {
      throw new UserError(
        "host-in-two-stacks",
        `${show(basename(folder))} has two bundles: \`${first}\` and \`${folder}\``,
        "Remove the one that is no longer made, or keep the two in different output folders with --out.",
      );
    }
    seen.set(basename(folder), folder);
  }
  return wanted.map(readBundle);
}

/** One connection for one piece of work, closed in every case. */
export async function onHost<T>(
  { folder, manifest }: Bundle,
  flags: ConnectionFlags,
  hosts: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect({ ...manifest.target, ...overrides(flags, hosts) }, { baseDir: folder });
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}
