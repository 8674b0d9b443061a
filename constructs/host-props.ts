import type { Backend } from "../lib/model/backend";
import type { Json } from "../lib/model/inventory-node";
import type { JumpHop } from "../lib/model/target";
import type { ManagementProps } from "./host-review";

/** What is said about a host. A node of an inventory fits. */
export interface HostProps extends ManagementProps {
  /** The name that commands, bundles and plans use. @default the id */
  readonly name?: string | undefined;
  /** A DNS name, an IPv4 or IPv6 address, or an alias of `~/.ssh/config`. @default the name */
  readonly address?: string | undefined;
  /** The port of its SSH server. @default from `~/.ssh/config`, else 22 */
  readonly port?: number | undefined;
  /** The login. @default from `~/.ssh/config`, else `root` */
  readonly user?: string | undefined;
  /** Private key files, tried in this order. @default from `~/.ssh/config`, else the agent and ssh's usual files */
  readonly identityFiles?: readonly string[] | undefined;
  /** known_hosts files. @default from `~/.ssh/config`, else ssh's usual files */
  readonly knownHostsFiles?: readonly string[] | undefined;
  /** Pinned host keys: `SHA256:…` fingerprints or public keys. @default none: known_hosts decides */
  readonly hostKeys?: readonly string[] | undefined;
  /** Hosts to pass through: names of the fleet's inventory, addresses, or settings. @default from `~/.ssh/config` */
  readonly jump?: readonly (string | JumpHop)[] | undefined;
  /** Whether to become root by `sudo -n` when the user is not root. @default true */
  readonly sudo?: boolean | undefined;
  /** Seconds to wait for a connection. @default 15 */
  readonly connectTimeout?: number | undefined;
  /** The kernel's interface that the rules are made for. @default that of the fleet */
  readonly backend?: Backend | undefined;
  /**
   * Whether a deployment installs what the backend needs and the host lacks, by the host's package manager.
   * @default as the fleet says, else false: what to install is told
   */
  readonly install?: boolean | undefined;
  /**
   * What becomes of packets that the kernel's connection tracking can make nothing of: `"drop"`, or `"ignore"` to let
   * the entries decide. @default `"drop"`
   */
  readonly invalid?: "drop" | "ignore" | undefined;
  /** The groups of the inventory that list it. @default none */
  readonly groups?: readonly string[] | undefined;
  /** What the inventory says about it, for programs to use. @default none */
  readonly variables?: Readonly<Record<string, Json>> | undefined;
}
