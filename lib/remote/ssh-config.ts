import { UserError } from "../model/user-error";
import { loadConfig } from "./ssh-config-file";

/** What ssh_config says about one machine; undefined or empty where it says nothing. Values are as written. */
export interface HostSettings {
  readonly hostName?: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly identityAgent?: string;
  /** `none`, or a comma list of hops. */
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
  readonly userKnownHostsFiles?: readonly string[];
  readonly globalKnownHostsFiles?: readonly string[];
  readonly hostKeyAlias?: string;
  readonly connectTimeout?: number;
  readonly addressFamily: 0 | 4 | 6;
}

/** Answers for every alias from one file, which is read once. */
export interface SshConfigFile {
  settings(alias: string, user: string | undefined): HostSettings;
}

export const noConfig: SshConfigFile = {
  settings: () => ({ identityFiles: [], identitiesOnly: false, addressFamily: 0 }),
};

/**
 * @throws UserError `ssh-config-invalid` when the file can not be read or understood.
 * A missing file is an empty one, unless `required`.
 */
export async function readSshConfig(file: string, home: string, required: boolean): Promise<SshConfigFile> {
  const load = await loadConfig(file, home, required);
  return {
    settings(alias, user) {
      try {
        // `Match exec` is not evaluated: it would run commands of the file's choice for every host.
        const config = load(alias);
        const query = user === undefined ? { Host: alias } : { Host: alias, User: user };
        return toSettings(config.compute(query, { ignoreCase: true, matchExec: false }), file);
      } catch (error) {
        if (error instanceof UserError) throw error;
        throw configInvalid(file, (error as Error).message);
      }
    },
  };
}

export function configInvalid(file: string, problem: string): UserError {
  return new UserError("ssh-config-invalid", `${file}: ${problem}`, "`ssh -G HOST` shows what OpenSSH makes of it.");
}

function toSettings(values: Record<string, string | string[]>, file: string): HostSettings {
  const all = (name: string) => {
    const value = values[name.toLowerCase()];
    return value === undefined ? [] : [value].flat().map((text) => text.trim());
  };
  const first = (name: string) => all(name)[0];
  const number = (name: string, max: number) => {
    const text = first(name);
    if (text === undefined || text.toLowerCase() === "none" || text === "0") return undefined;
    if (!/^\d+$/.test(text)) throw configInvalid(file, `\`${name} ${text}\` is no number`);
    if (Number(text) > max) throw configInvalid(file, `\`${name} ${text}\` is more than ${max}`);
    return Number(text);
  };
  // Of these two, ssh obeys the one that comes first for a host.
  const names = Object.keys(values);
  const jumpAt = names.indexOf("proxyjump");
  const commandAt = names.indexOf("proxycommand");
  const useJump = jumpAt >= 0 && (commandAt < 0 || jumpAt < commandAt);
  const useCommand = commandAt >= 0 && !useJump;
  return {
    ...given("hostName", first("HostName")),
    ...given("port", number("Port", 65535)),
    ...given("user", first("User")),
    identityFiles: [...new Set(all("IdentityFile"))],
    identitiesOnly: first("IdentitiesOnly")?.toLowerCase() === "yes",
    ...given("identityAgent", first("IdentityAgent")),
    ...given("proxyJump", useJump ? first("ProxyJump") : undefined),
    ...given("proxyCommand", useCommand ? first("ProxyCommand") : undefined),
    ...given("userKnownHostsFiles", "userknownhostsfile" in values ? all("UserKnownHostsFile") : undefined),
    ...given("globalKnownHostsFiles", "globalknownhostsfile" in values ? all("GlobalKnownHostsFile") : undefined),
    ...given("hostKeyAlias", first("HostKeyAlias")),
    ...given("connectTimeout", number("ConnectTimeout", 86_400)),
    addressFamily: ({ inet: 4, inet6: 6 } as const)[first("AddressFamily")?.toLowerCase() ?? ""] ?? 0,
  };
}

function given<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: T });
}
