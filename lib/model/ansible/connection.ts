import type { Mistake } from "../explain-issues";
import { show } from "../findings";
import type { InventoryInput } from "../inventory";
import type { Json } from "../inventory-node";
import type { Variables } from "./content";

type Settings = NonNullable<InventoryInput["defaults"]>;
type Ssh = Record<string, unknown>;

/** What one layer of variables says: how the host is reached, what is left as variables, and what is not taken over. */
export interface Connection {
  readonly address?: string;
  readonly settings: Settings;
  /** Passwords: an inventory of ours holds no secret. */
  readonly secrets: readonly string[];
  /** Settings of the connection that have no meaning here. */
  readonly unknown: readonly string[];
}

const SECRET = /^ansible_(.*_)?(pass|password|passphrase)$/;

/** Ansible's names, the later ones going before the earlier ones. */
const NAMES = {
  address: ["ansible_ssh_host", "ansible_host"],
  port: ["ansible_ssh_port", "ansible_port"],
  user: ["ansible_ssh_user", "ansible_user"],
  key: ["ansible_private_key_file", "ansible_ssh_private_key_file"],
  become: ["ansible_sudo", "ansible_become"],
  arguments: ["ansible_ssh_common_args", "ansible_ssh_extra_args"],
} as const;

const KNOWN = new Set<string>(Object.values(NAMES).flat());
const OF_CONNECTION = /^ansible_(ssh_|connection$|become_method$|become_user$|become_exe$|become_flags$)/;

/** Takes apart what Ansible keeps in one bag. */
export function connectionOf(variables: Variables, complain: (mistake: Mistake) => void): Connection {
  const last = (names: readonly string[]): [string, Json] | undefined =>
    names
      .flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name] ?? null] as [string, Json]] : []))
      .at(-1);
  const text = (names: readonly string[]): string | undefined => {
    const [name, value] = last(names) ?? [];
    if (name === undefined || value === null || value === undefined) return undefined;
    const written = String(value);
    if (!written.includes("{{")) return written;
    complain({
      problem: `\`${name}\` is a template: ${show(written)}`,
      allowed: "a value: templates are not filled in here",
      fix: "write the value into the inventory of each host",
    });
    return undefined;
  };

  const ssh: Ssh = {};
  const port = text(NAMES.port);
  if (port !== undefined) ssh["port"] = /^\d{1,5}$/.test(port) ? Number(port) : port;
  const user = text(NAMES.user);
  if (user !== undefined) ssh["user"] = user;
  const key = text(NAMES.key);
  if (key !== undefined) ssh["identityFiles"] = [key];
  const become = last(NAMES.become)?.[1];
  if (become !== undefined && become !== null) ssh["sudo"] = /^(true|yes|on|1|y|t)$/i.test(String(become));
  const jump = jumpOf(NAMES.arguments.map((name) => variables[name]).join(" "));
  if (jump !== undefined) ssh["jump"] = jump;

  const secrets = Object.keys(variables).filter((name) => SECRET.test(name));
  const others = Object.entries(variables).filter(([name]) => !SECRET.test(name) && !isUsed(name, jump !== undefined));
  const address = text(NAMES.address);
  return {
    ...(address !== undefined && { address }),
    settings: {
      ...(Object.keys(ssh).length > 0 && { ssh: ssh as Settings["ssh"] }),
      ...(others.length > 0 && { variables: Object.fromEntries(others) }),
    } as Settings,
    secrets,
    unknown: others.map(([name]) => name).filter((name) => OF_CONNECTION.test(name)),
  };
}

/** Arguments that say no more than the jump hosts are used up by it. */
function isUsed(name: string, jumps: boolean): boolean {
  const isArguments = (NAMES.arguments as readonly string[]).includes(name);
  return isArguments ? jumps : KNOWN.has(name);
}

type Jump = string | { readonly address: string; readonly user?: string; readonly port?: number };

/** The hosts of `-J a,b`, `-o ProxyJump=a,b`, or `-o ProxyCommand="ssh -W %h:%p a"`. */
function jumpOf(given: string): readonly Jump[] | undefined {
  const [, listed] =
    /(?:^|\s)-J\s*["']?([^\s"']+)/.exec(given) ??
    /-o\s*["']?ProxyJump[ =]["']?([^\s"']+)/i.exec(given) ??
    /ProxyCommand[ =]["']?ssh\b[^"']*?-W\s+%h:%p\s+(?:-q\s+)?([A-Za-z0-9][^\s"']*)["']?\s*$/i.exec(given) ??
    [];
  return listed?.split(",").map(hopOf);
}

function hopOf(text: string): Jump {
  const [, user, address = "", port] = /^(?:([^@]+)@)?([^@]*?)(?::(\d+))?$/.exec(text) ?? [];
  if (user === undefined && port === undefined) return text;
  return { address, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) };
}
