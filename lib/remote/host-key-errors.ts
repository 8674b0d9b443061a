import { UserError } from "../model/user-error";
import { describeHop, type Hop } from "./hop";
import { knownHostsName, type KnownHost } from "./known-hosts";
import { fingerprint, keyFamily, keyType, type KeyBlob } from "./public-key";
import { quote } from "./quote";

/** No key is known for this server: the user has to compare the fingerprint and to add it, or to pin it. */
export function unknownHostKey(hop: Hop, presented: KeyBlob): UserError {
  const file = hop.knownHostsFiles[0] ?? "~/.ssh/known_hosts";
  const print = fingerprint(presented);
  const searched = hop.knownHostsFiles.length > 0 ? hop.knownHostsFiles.join(", ") : "none";
  return new UserError(
    "unknown-host-key",
    `The host key of ${describeHop(hop)} is not known: it presents ${describeKey(presented)}. Searched: ${searched}`,
    `Compare the fingerprint with the one that \`ssh-keygen -lf /etc/ssh/ssh_host_${keyFamily(keyType(presented)).toLowerCase()}_key.pub\` ` +
      `prints on the machine's own console. If they are the same: ${scan(hop, file)} (and check with ` +
      `\`ssh-keygen -l -F ${quoteIfNeeded(knownHostsName(hop.hostKeyName, hop.port))} -f ${quoteIfNeeded(file)}\` that it is the one compared), ` +
      `or pin it in the inventory: hostKeys: ["${print}"]`,
  );
}

/** Another key is known for this server: it was installed anew, or somebody stands in between. */
export function changedHostKey(hop: Hop, presented: KeyBlob, known: readonly KnownHost[]): UserError {
  const name = quoteIfNeeded(knownHostsName(hop.hostKeyName, hop.port));
  const lines = known.map((entry) => `${describeKey(entry.key)} at ${entry.file}:${entry.line}`);
  const files = [...new Set(known.map((entry) => entry.file))];
  const remove = files.map((file) => `\`ssh-keygen -R ${name} -f ${quoteIfNeeded(file)}\``).join(" and ");
  return new UserError(
    "changed-host-key",
    `The host key of ${describeHop(hop)} has CHANGED: it presents ${describeKey(presented)}, known is ${lines.join(", ")}`,
    `Either the machine was installed anew, or somebody stands between you and it. Ask whoever runs it, or look at its console. ` +
      `Only if the new fingerprint is right: ${remove}, then ${scan(hop, files[0] ?? "~/.ssh/known_hosts")}`,
  );
}

/** The keys pinned in the inventory are not the ones that the server has. */
export function unpinnedHostKey(hop: Hop, presented: readonly KeyBlob[]): UserError {
  const pins = hop.pinnedHostKeys.map((pin) => (pin.length > 60 ? `${pin.slice(0, 57)}…` : pin)).join(", ");
  return new UserError(
    "changed-host-key",
    `The host key of ${describeHop(hop)} is not a pinned one: it presents ${presented.map(describeKey).join(", ")}, pinned is ${pins}`,
    `Either the machine was installed anew, or somebody stands between you and it. Ask whoever runs it, or look at its console. ` +
      `Only if the new fingerprint is right: put it into hostKeys in the inventory.`,
  );
}

export function revokedHostKey(hop: Hop, presented: KeyBlob, entry: KnownHost): UserError {
  return new UserError(
    "revoked-host-key",
    `The host key of ${describeHop(hop)} is revoked: ${describeKey(presented)}, by ${entry.file}:${entry.line}`,
    "Somebody marked this key as one that is not to be trusted any more. The machine needs a new host key.",
  );
}

function describeKey(key: KeyBlob): string {
  return `${keyType(key)} ${fingerprint(key)}`;
}

/** What adds a server's keys to a file. A jump host's far side can only be asked from there. */
function scan(hop: Hop, file: string): string {
  return `\`ssh-keyscan -p ${hop.port} ${quoteIfNeeded(hop.host)} >> ${quoteIfNeeded(file)}\``;
}

function quoteIfNeeded(word: string): string {
  return /^[A-Za-z0-9_./:@~-]+$/.test(word) ? word : quote(word);
}
