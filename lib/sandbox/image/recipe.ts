import { createHash } from "node:crypto";

/** Raised by hand when the way in which the image is made changes. */
const RECIPE = 4;

/**
 * What a host of the lab has: a small Debian server's tools, both kinds of iptables, real systemd, and the shells that
 * the host's runtime must work on (dash, bash, busybox).
 */
export const packages: readonly string[] = [
  ...["base-files", "base-passwd", "bash", "dash", "busybox-static", "coreutils", "sed", "grep", "mawk", "findutils"],
  ...[
    "util-linux",
    "mount",
    "login",
    "passwd",
    "sudo",
    "tar",
    "gzip",
    "hostname",
    "diffutils",
    "debianutils",
    "dpkg",
    "apt",
  ],
  ...["libc-bin", "ncurses-bin", "ncurses-base", "procps", "kmod", "libpam-runtime", "libpam-modules"],
  ...["systemd", "systemd-sysv", "dbus", "init-system-helpers", "sysvinit-utils"],
  ...["openssh-server", "openssh-client", "iptables", "nftables", "ipset", "conntrack"],
  ...["iproute2", "iputils-ping", "netcat-openbsd", "curl", "python3"],
];

/** The name of the image's version: another recipe is another image. */
export const imageVersion = createHash("sha256")
  .update(JSON.stringify([RECIPE, packages]))
  .digest("hex")
  .slice(0, 12);
