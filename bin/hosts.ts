import { basename } from "node:path";
import type { Bundle } from "../lib/bundle/format";
import { findBundles, readBundle } from "../lib/bundle/read";
import { nearestName, show } from "../lib/model/findings";
import { UserError } from "../lib/model/user-error";
import { connect, type Connection } from "../lib/remote";
import { overrides, type ConnectionFlags } from "./options";

/** The bundles of the named hosts, or of all; in the order of stacks and names. */
export function bundlesOf(output: string, names: readonly string[]): Bundle[] {
  const folders = findBundles(output);
  const known = new Set(folders.map((folder) => basename(folder)));
  for (const name of names) {
    if (known.has(name)) continue;
    const near = nearestName(name, known);
    const help = near === undefined ? `Known: ${[...known].slice(0, 20).join(", ")}.` : `Did you mean \`${near}\`?`;
    throw new UserError("unknown-host", `${show(name)} is no host of \`${output}\``, help);
  }
  return folders.filter((folder) => names.length === 0 || names.includes(basename(folder))).map(readBundle);
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
