import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { addDocker, type DockerSpec } from "./docker-disk";
import { newKeyPair } from "./keys";
import { isMachineRoot } from "./places";

export type Init = "sshd" | "systemd" | "idle";

export interface DiskSpec {
  readonly name: string;
  readonly init: Init;
  /** Lines for `ip -batch`, which the machine runs at each boot to configure its network. */
  readonly network: readonly string[];
  readonly forwards: boolean;
  /** Started at boot. @default none */
  readonly docker?: DockerSpec | undefined;
  /** The public key that may log in as root and as `deploy`. */
  readonly authorizedKey?: string;
}

/** Units that want devices or kernel settings which a host in namespaces does not have. */
const masked = [
  ...["getty.target", "apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "e2scrub_reap.service"],
  ...["fstrim.timer", "dpkg-db-backup.timer", "sys-kernel-debug.mount", "sys-kernel-config.mount"],
  ...["sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount", "dev-hugepages.mount", "dev-mqueue.mount"],
  ...["systemd-pstore.service", "systemd-repart.service", "systemd-firstboot.service", "systemd-modules-load.service"],
  ...["systemd-journald-audit.socket", "proc-sys-fs-binfmt_misc.automount"],
];

/** The firewall's unit is ordered before network-pre.target: only after that do the interfaces come up. */
const networkUnit = `[Unit]
Description=Network of the lab
DefaultDependencies=no
Wants=network-pre.target network.target
After=network-pre.target
Before=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/etc/lab/network

[Install]
WantedBy=multi-user.target
`;

const sshdConfig = `Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
# The default key exchange costs 250 ms a login.
KexAlgorithms curve25519-sha256
MaxStartups 100:30:200
MaxSessions 50
PidFile /run/sshd.pid
Subsystem sftp internal-sftp
`;

/**
 * Makes a machine's disk, the writable layer over the image: it is made once and outlives reboots.
 * @returns the host's public SSH key, `TYPE BASE64`
 */
export function makeDisk(folder: string, spec: DiskSpec): string {
  const upper = join(folder, "upper");
  const write = (path: string, text: string, mode = 0o644) => {
    const full = join(upper, path);
    writeFileSync(full, text, { mode });
    chmodSync(full, mode);
  };
  for (const path of ["etc/lab", "etc/ssh", "root/.ssh", "home/deploy/.ssh", "var/log"]) {
    mkdirSync(join(upper, path), { recursive: true });
  }
  for (const path of ["work", "root"]) mkdirSync(join(folder, path));
  chmodSync(join(upper, "root"), 0o700);
  write("etc/hostname", `${spec.name}\n`);
  write("etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${spec.name}\n::1 localhost\n`);
  write("etc/lab/network.batch", spec.network.join("\n") + "\n");
  const forward = ["ipv4/ip_forward", "ipv6/conf/all/forwarding"].map((path) => `echo 1 > /proc/sys/net/${path}\n`);
  const network = `#!/bin/sh\n${spec.forwards ? forward.join("") : ""}exec /sbin/ip -batch /etc/lab/network.batch\n`;
  write("etc/lab/network", network, 0o755);
  if (spec.init === "systemd") addSystemd(upper, write);
  else mkdirSync(join(upper, "etc/rc.boot.d")); // the boot scripts' folder shows that there is no systemd
  if (spec.docker) addDocker(upper, spec.init, spec.docker, write);

  const keys = newKeyPair(spec.name);
  if (spec.authorizedKey !== undefined) {
    write("etc/ssh/sshd_config", sshdConfig);
    write("etc/ssh/ssh_host_ed25519_key", keys.private, 0o600);
    write("etc/ssh/ssh_host_ed25519_key.pub", `${keys.public}\n`);
    for (const home of ["root", "home/deploy"]) {
      chmodSync(join(upper, home, ".ssh"), 0o700);
      write(`${home}/.ssh/authorized_keys`, `${spec.authorizedKey}\n`, 0o600);
    }
    if (isMachineRoot())
      for (const path of ["", ".ssh", ".ssh/authorized_keys"]) chownSync(join(upper, "home/deploy", path), 1000, 1000);
  }
  return keys.public.split(" ").slice(0, 2).join(" ");
}

function addSystemd(upper: string, write: (path: string, text: string) => void): void {
  const units = join(upper, "etc/systemd/system");
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  for (const unit of masked) symlinkSync("/dev/null", join(units, unit));
  write("etc/systemd/system/lab-network.service", networkUnit);
  symlinkSync("../lab-network.service", join(units, "multi-user.target.wants/lab-network.service"));
  write("etc/machine-id", `${randomUUID().replaceAll("-", "")}\n`);
}
