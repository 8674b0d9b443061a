import * as z from "zod";

/** A machine's name in an inventory: a DNS label or dotted name. It becomes a folder and part of file names. */
export const hostName = z
  .string()
  .max(63, "at most 63 characters")
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    "letters, digits, dots, hyphens and underscores, starting and ending with a letter or digit",
  );

const port = z.int().min(1, "1 to 65535").max(65535, "1 to 65535");

const filePath = z
  .string()
  .min(1, "a file")
  .regex(/^[^\p{Cc}]*$/u, "a file name without control characters");

/** Where a host, or a jump host on the way to it, is reached, and as whom. */
const hop = {
  /** A DNS name, an IPv4 or IPv6 address, or an alias of `~/.ssh/config`. */
  address: z
    .string()
    .max(253, "at most 253 characters")
    .regex(/^[A-Za-z0-9]([A-Za-z0-9._:%-]*)$|^::[0-9a-fA-F:.]*$/, "a host name or an IP address"),
  /** @default from `~/.ssh/config`, else 22 */
  port: port.optional(),
  /** @default from `~/.ssh/config`, else `root` */
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$/, "a login name")
    .optional(),
  /** Private key files, tried in this order. @default from `~/.ssh/config`, else the agent and ssh's usual files */
  identityFiles: z.array(filePath).optional(),
  /** known_hosts files. @default from `~/.ssh/config`, else `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts` */
  knownHostsFiles: z.array(filePath).optional(),
  /**
   * Pinned host keys: `SHA256:…` fingerprints as `ssh-keygen -l` prints them, or public keys (`ssh-ed25519 AAAA…`).
   * Where pins are given, only they count.
   */
  hostKeys: z
    .array(
      z
        .string()
        .regex(
          /^SHA256:[A-Za-z0-9+/]{43}=?$|^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( .*)?$/,
          "`SHA256:…` or `ssh-ed25519 AAAA…`",
        ),
    )
    .optional(),
};

export const jumpHop = z.strictObject(hop);

export const sshTarget = z.strictObject({
  ...hop,
  /** Hosts to pass through, the first one being the one that the deployer connects to. @default from `~/.ssh/config`'s ProxyJump */
  jump: z.array(jumpHop).optional(),
  /** Whether to become root by `sudo -n` when the user is not root. @default true */
  sudo: z.boolean().optional(),
  /** Seconds to wait for a connection, its authentication included. @default 15 */
  connectTimeout: z
    .number()
    .positive("seconds, above 0 and at most 600")
    .max(600, "seconds, above 0 and at most 600")
    .optional(),
});

export type JumpHop = z.infer<typeof jumpHop>;
/** How the deployer reaches a host. Holds paths and public facts only, never a secret. */
export type SshTarget = z.infer<typeof sshTarget>;
