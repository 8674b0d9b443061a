import { nearestName, show } from "./findings";
import { UserError } from "./user-error";

export interface Selectable {
  readonly name: string;
  readonly groups: readonly string[];
}

const GROUP = "group:";

/** What may be said where hosts are meant, in words for helps and errors. */
export const SELECTOR_FORMS = "`web-1`, `web-*`, `group:db`, and `!web-3` for all but that";

/**
 * The hosts that are meant, in their own order: those that any selector names, without those that one with a `!` names.
 * No selector, or only exclusions, means all.
 *
 *     web-1   a name          group:db   the hosts of a group
 *     web-*   a pattern       !web-3     not these; also `!web-*`, `!group:db`
 *
 * A selector that names nothing is a mistake, an exclusion too: a mistyped one would let a host in that is meant to be
 * left alone.
 * @throws UserError `unknown-host`, `unknown-group`, `no-host`
 */
export function selectHosts<T extends Selectable>(hosts: readonly T[], selectors: readonly string[], of: string): T[] {
  const excluded = selectors.filter(isExclusion).map((text) => named(hosts, text.slice(1), of));
  const included = selectors.filter((text) => !isExclusion(text)).map((text) => named(hosts, text, of));
  const wanted = hosts.filter(
    (host) => (included.length === 0 || included.some((some) => some.has(host))) && !excluded.some((s) => s.has(host)),
  );
  if (wanted.length > 0 || selectors.length === 0) return wanted;
  throw new UserError("no-host", `${selectors.map(show).join(" ")} leaves no host of ${of}`, "Exclude fewer of them.");
}

/** Whether a name, a pattern or a group means this host. */
export function fits(host: Selectable, selector: string): boolean {
  if (!selector.startsWith(GROUP)) return matcher(selector)(host.name);
  return host.groups.some(matcher(selector.slice(GROUP.length)));
}

export function isExclusion(selector: string): boolean {
  return selector.startsWith("!");
}

function named<T extends Selectable>(hosts: readonly T[], text: string, of: string): ReadonlySet<T> {
  const found = hosts.filter((host) => fits(host, text));
  if (found.length > 0) return new Set(found);
  throw text.startsWith(GROUP) ? unknownGroup(hosts, text.slice(GROUP.length), of) : unknownHost(hosts, text, of);
}

/** `*` stands for any letters, `?` for one. */
function matcher(pattern: string): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => name === pattern;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  const expression = new RegExp(`^${source}$`);
  return (name) => expression.test(name);
}

function unknownHost(hosts: readonly Selectable[], text: string, of: string): UserError {
  const names = hosts.map(({ name }) => name);
  const isGroup = hosts.some(({ groups }) => groups.includes(text));
  const cure = isGroup ? `The group of that name is \`group:${text}\`.` : proposal(text, names);
  return new UserError("unknown-host", `${show(text)} is no host of ${of}`, cure);
}

function unknownGroup(hosts: readonly Selectable[], group: string, of: string): UserError {
  const groups = [...new Set(hosts.flatMap((host) => host.groups))];
  return new UserError("unknown-group", `${show(group)} is no group of ${of}`, proposal(group, groups, GROUP));
}

function proposal(given: string, known: readonly string[], before = ""): string {
  const near = nearestName(given, known);
  if (near !== undefined) return `Did you mean \`${before}${near}\`?`;
  if (known.length === 0) return "There is none: give hosts their groups in the inventory.";
  const first = known.slice(0, 20).map((name) => before + name);
  return `Known: ${first.join(", ")}${known.length > first.length ? ` and ${known.length - first.length} more` : ""}.`;
}
