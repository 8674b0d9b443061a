import { basename } from "node:path";
import type { Bundle } from "../lib/bundle/format";
import { findBundles, readBundle, readManifest } from "../lib/bundle/read";
import { show } from "../lib/model/findings";
import { selectHosts, type Selectable } from "../lib/model/host-selection";
import { isInShard, WHOLE, type Shard } from "../lib/model/shard";
import { UserError } from "../lib/model/user-error";
import { connect, type Connection } from "../lib/remote";
import { overrides, type ConnectionFlags } from "./options";

/**
 * The bundles of the hosts that are meant, or of all; in the order of stacks and names.
 * @throws UserError as `selectHosts`; `host-in-two-stacks`, since two bundles would fight over one machine
 */
export function bundlesOf(
  output: string,
  selectors: readonly string[],
  stacks?: readonly string[],
  shard: Shard = WHOLE,
): Bundle[] {
  const hosts = findBundles(output, stacks).map((folder) => new FoundHost(folder));
  const wanted = selectHosts(hosts, selectors, `\`${output}\``).filter(({ name }) => isInShard(name, shard));
  const seen = new Map<string, string>();
  for (const { name, folder } of wanted) {
    const first = seen.get(name);
    if (first !== undefined) {
      throw new UserError(
        "host-in-two-stacks",
        `${show(name)} has two bundles: \`${first}\` and \`${folder}\``,
        "Remove the one that is no longer made, or keep the two in different output folders with --out.",
      );
    }
    seen.set(name, folder);
  }
  return wanted.map(({ folder }) => readBundle(folder));
}

/** A host as its folder tells it; its groups are read only where a selector asks for groups. */
class FoundHost implements Selectable {
  #groups: readonly string[] | undefined;

  constructor(readonly folder: string) {}

  get name(): string {
    return basename(this.folder);
  }

  get groups(): readonly string[] {
    return (this.#groups ??= readManifest(this.folder).groups);
  }
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
