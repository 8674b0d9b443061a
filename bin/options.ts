import { resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { HandshakeOptions } from "../lib/deploy/handshake-options";
import { SELECTOR_FORMS } from "../lib/model/host-selection";
import type { SshTarget } from "../lib/model/target";
import { readShard, type Shard } from "../lib/model/shard";
import { UserError } from "../lib/model/user-error";

export interface ConnectionFlags {
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  readonly identity?: string;
  readonly knownHosts?: string;
}

export interface WindowFlags {
  readonly confirmTimeout: number;
  readonly force?: boolean;
}

/** How the arguments that name hosts are explained. */
export const HOSTS = `hosts: ${SELECTOR_FORMS}`;
export const HOSTS_OR_ALL = `${HOSTS} (default: all)`;

export function withJson(command: Command): Command {
  return command.option("--json", "print one JSON document instead of words");
}

export interface FormatFlags {
  readonly json?: boolean;
  readonly prometheus?: boolean;
}

export function withPrometheus(command: Command): Command {
  return command.addOption(
    new Option("--prometheus", "print the text format of Prometheus instead of words").conflicts("json"),
  );
}

export function withOutput(command: Command): Command {
  return command.option("--out <dir>", "the synth's output folder", "cdktf.out");
}

export interface ShardFlag {
  readonly shard?: Shard;
}

export function withShard(command: Command): Command {
  return command.option("--shard <n/of>", "of these hosts only the n-th of so many parts: 3/10", (text) => {
    const shard = readShard(text);
    if (shard === undefined) throw new InvalidArgumentError("Allowed: a part and the number of parts, such as 3/10.");
    return shard;
  });
}

export function withParallel(command: Command): Command {
  return command.option("--parallel <n>", "hosts at the same time", whole(1, 1000), 10);
}

/** Ways to the host other than the bundle's; paths are relative to the working directory. */
export function withConnection(command: Command): Command {
  return command
    .option("--address <address>", "connect to this address instead of the inventory's")
    .option("--port <port>", "connect to this port", whole(1, 65535))
    .option("--user <name>", "log in as this user")
    .option("--identity <file>", "log in with this private key")
    .option("--known-hosts <file>", "verify host keys by this known_hosts file");
}

export function withConfirmTimeout(command: Command): Command {
  return command.addOption(
    new Option("--confirm-timeout <seconds>", "roll back unless confirmed within this time")
      .argParser(whole(1, 3600))
      .default(30),
  );
}

export function withWindow(command: Command): Command {
  return withConfirmTimeout(command).option("--force", "apply also where the same rules stand already");
}

export function overrides(flags: ConnectionFlags, hosts: number): Partial<SshTarget> {
  if (flags.address !== undefined && hosts !== 1) {
    throw new UserError(
      "one-address",
      `--address names one host, and ${hosts} are meant`,
      "Name the one host on the command line.",
    );
  }
  return {
    ...(flags.address !== undefined && { address: flags.address }),
    ...(flags.port !== undefined && { port: flags.port }),
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.identity !== undefined && { identityFiles: [resolve(flags.identity)] }),
    ...(flags.knownHosts !== undefined && { knownHostsFiles: [resolve(flags.knownHosts)] }),
  };
}

export function handshakeOptions(flags: ConnectionFlags & WindowFlags, hosts: number): HandshakeOptions {
  return { windowSeconds: flags.confirmTimeout, force: flags.force === true, overrides: overrides(flags, hosts) };
}

/** Reads a whole number within bounds, both allowed. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`\`${text}\` is not a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
