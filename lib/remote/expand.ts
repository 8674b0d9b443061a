import { isAbsolute, join, resolve } from "node:path";
import { UserError } from "../model/user-error";

/** What ssh_config's tokens stand for, for one hop. */
export interface Tokens {
  /** %h: the name or address that is connected to */ readonly host: string;
  /** %n: as the user wrote it */ readonly alias: string;
  /** %p */ readonly port: number;
  /** %r: the user on the far side */ readonly user: string;
  /** %u: the user on this side */ readonly localUser: string;
  /** %d and ~ */ readonly home: string;
  /** %k: the name that known_hosts is searched for */ readonly hostKeyName: string;
}

/** Replaces `%h`, `${NAME}` and a leading `~` in a path of ssh_config. @throws UserError `ssh-config-invalid` */
export function expandPath(path: string, tokens: Tokens, env: NodeJS.ProcessEnv): string {
  const replaced = expandTokens(path, tokens).replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined) throw invalid(path, `the variable ${name} is not set`);
    return value;
  });
  // OpenSSH takes relative paths of ssh_config from the working directory.
  return resolve(expandHome(replaced, tokens.home));
}

export function expandTokens(text: string, tokens: Tokens): string {
  const values: Record<string, string> = {
    "%": "%",
    h: tokens.host,
    n: tokens.alias,
    p: String(tokens.port),
    r: tokens.user,
    u: tokens.localUser,
    d: tokens.home,
    k: tokens.hostKeyName,
  };
  return text.replace(/%(.?)/g, (token, letter: string) => {
    const value = values[letter];
    if (value === undefined) throw invalid(text, `the token ${token} is not supported`);
    return value;
  });
}

/** A path of the inventory: `~` is the user's home, and a relative one starts at `baseDir`. */
export function inventoryPath(path: string, home: string, baseDir: string): string {
  const expanded = expandHome(path, home);
  return isAbsolute(expanded) ? expanded : resolve(baseDir, expanded);
}

function expandHome(path: string, home: string): string {
  return path === "~" ? home : path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

function invalid(text: string, problem: string): UserError {
  return new UserError(
    "ssh-config-invalid",
    `ssh_config: \`${text}\`: ${problem}`,
    "Write it out, or give the value in the inventory.",
  );
}
