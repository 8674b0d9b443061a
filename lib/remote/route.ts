import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { JumpHop, SshTarget } from "../model/target";
import { UserError } from "../model/user-error";
import { expandPath, expandTokens, inventoryPath, type Tokens } from "./expand";
import type { Hop } from "./hop";
import type { ConnectionOptions } from "./options";
import { parseProxyJump } from "./proxy-jump";
import { noConfig, readSshConfig, type HostSettings, type SshConfigFile } from "./ssh-config";

/** The hops from here to a host, the host being the last one. */
export interface Route {
  readonly hops: readonly Hop[];
}

const defaultConnectTimeoutSeconds = 15;
/** Hops that a chain of ProxyJumps may have before it must be a circle. */
const maxHops = 16;
const usualIdentities = ["id_ed25519", "id_ecdsa", "id_rsa"];
const globalKnownHosts = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly localUser: string;
  readonly baseDir: string;
  readonly config: SshConfigFile;
}

/**
 * Decides how a host is reached: what the target says, else ssh_config, else the defaults.
 *
 * @throws UserError `ssh-config-invalid`, `proxy-command-unsupported`
 */
export async function resolveRoute(target: SshTarget, options: ConnectionOptions): Promise<Route> {
  const env = options.env ?? process.env;
  const home = env["HOME"] ?? homedir();
  const { configFile } = options;
  const surroundings: Surroundings = {
    env,
    home,
    localUser: env["USER"] ?? userInfo().username,
    baseDir: options.baseDir ?? process.cwd(),
    config:
      configFile === null
        ? noConfig
        : await readSshConfig(configFile ?? join(home, ".ssh", "config"), home, configFile !== undefined),
  };
  const settings = surroundings.config.settings(target.address, target.user);
  const timeout = target.connectTimeout ?? options.connectTimeoutSeconds;
  const jumps = target.jump ?? jumpsOf(target.address, settings, surroundings);
  const through = jumps.map((jump) => {
    const jumpSettings = surroundings.config.settings(jump.address, jump.user);
    return resolveHop("jump host", jump, jumpSettings, timeout, surroundings);
  });
  return { hops: [...through, resolveHop("host", target, settings, timeout, surroundings)] };
}

/** The jump hosts that ssh_config puts before an alias; the first of them may have some of its own. */
function jumpsOf(alias: string, settings: HostSettings, around: Surroundings, depth = 0): readonly JumpHop[] {
  if (depth > maxHops)
    throw new UserError("ssh-config-invalid", `ssh_config: the ProxyJump of \`${alias}\` runs in a circle`);
  if (settings.proxyCommand !== undefined && settings.proxyCommand.toLowerCase() !== "none") {
    throw new UserError(
      "proxy-command-unsupported",
      `ssh_config reaches \`${alias}\` by \`ProxyCommand ${settings.proxyCommand}\`, which cdkfw does not run`,
      "Use ProxyJump there, or give `jump` in the inventory: it wins over ssh_config.",
    );
  }
  if (settings.proxyJump === undefined) return [];
  const jumps = parseProxyJump(settings.proxyJump);
  const [first] = jumps;
  if (first === undefined) return [];
  return [...jumpsOf(first.address, around.config.settings(first.address, first.user), around, depth + 1), ...jumps];
}

function resolveHop(
  role: Hop["role"],
  given: JumpHop,
  settings: HostSettings,
  timeout: number | undefined,
  { env, home, localUser, baseDir }: Surroundings,
): Hop {
  const alias = given.address;
  const port = given.port ?? settings.port ?? 22;
  const user = given.user ?? settings.user ?? "root";
  const base: Tokens = { host: alias, alias, port, user, localUser, home, hostKeyName: alias };
  const host = settings.hostName === undefined ? alias : expandTokens(settings.hostName, base);
  const tokens: Tokens = { ...base, host, hostKeyName: settings.hostKeyAlias ?? host };
  const ofConfig = (paths: readonly string[]) =>
    paths.filter((path) => path.toLowerCase() !== "none").map((path) => expandPath(path, tokens, env));
  const ofInventory = (paths: readonly string[]) => paths.map((path) => inventoryPath(path, home, baseDir));

  const namedInConfig = settings.identityFiles.length > 0 ? ofConfig(settings.identityFiles) : undefined;
  const named = given.identityFiles !== undefined ? ofInventory(given.identityFiles) : namedInConfig;
  const userKnownHosts = settings.userKnownHostsFiles ?? [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`];
  return {
    role,
    alias,
    host,
    port,
    user,
    family: settings.addressFamily,
    hostKeyName: tokens.hostKeyName,
    pinnedHostKeys: given.hostKeys ?? [],
    knownHostsFiles:
      given.knownHostsFiles !== undefined
        ? ofInventory(given.knownHostsFiles)
        : ofConfig([...userKnownHosts, ...(settings.globalKnownHostsFiles ?? globalKnownHosts)]),
    identityFiles: named ?? usualIdentities.map((name) => join(home, ".ssh", name)),
    identityFilesNamed: named !== undefined,
    identitiesOnly: settings.identitiesOnly,
    agentSocket: agentSocket(settings.identityAgent, tokens, env),
    connectTimeoutSeconds: timeout ?? settings.connectTimeout ?? defaultConnectTimeoutSeconds,
  };
}

/** IdentityAgent is a path, `none`, `SSH_AUTH_SOCK`, or the name of another variable after a dollar sign. */
function agentSocket(setting: string | undefined, tokens: Tokens, env: NodeJS.ProcessEnv): string | undefined {
  if (setting === undefined || setting === "SSH_AUTH_SOCK") return env["SSH_AUTH_SOCK"] || undefined;
  if (setting.toLowerCase() === "none") return undefined;
  if (/^\$\w+$/.test(setting)) return env[setting.slice(1)] || undefined;
  return expandPath(setting, tokens, env);
}
