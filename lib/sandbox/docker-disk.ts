import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { EngineName } from "./image/engine-recipe";

export interface DockerSpec {
  readonly engine: EngineName;
  /** What /etc/docker/daemon.json says: `{ icc: false }`, say. @default nothing */
  readonly daemon?: Readonly<Record<string, unknown>>;
}

/**
 * Images and containers do not fit on the host's disk, which is an overlay itself; they lie beside it, and outlive a
 * reboot as it does. Runs before the host's root is its own, in the folder of it.
 */
const pre = `for path in docker containerd; do
  mkdir -p "$folder/$path" var/lib/$path
  mount --bind "$folder/$path" var/lib/$path
done
`;

/** Without systemd, the control groups that systemd would have made: one with all processes but the containers'. */
const preWithoutSystemd = `mount -t cgroup2 cgroup2 sys/fs/cgroup
mkdir sys/fs/cgroup/init
echo 0 > sys/fs/cgroup/init/cgroup.procs
`;

/** Starts dockerd in the foreground, also for somebody who came in from outside. */
const boot = `#!/bin/sh
echo 0 > /sys/fs/cgroup/init/cgroup.procs
exec dockerd >> /var/log/dockerd.log 2>&1
`;

type Write = (path: string, text: string, mode?: number) => void;

/** Has a disk's host start Docker at boot, from the layer that lies under it. */
export function addDocker(upper: string, init: "sshd" | "systemd" | "idle", spec: DockerSpec, write: Write): void {
  mkdirSync(join(upper, "etc/docker"), { recursive: true });
  // systemd's driver wants a systemd that manages every control group.
  const daemon = { "exec-opts": ["native.cgroupdriver=cgroupfs"], ...spec.daemon };
  write("etc/docker/daemon.json", `${JSON.stringify(daemon)}\n`);
  if (init === "systemd") {
    const wants = join(upper, "etc/systemd/system/multi-user.target.wants");
    for (const unit of ["docker.service", "containerd.service"])
      symlinkSync(`/lib/systemd/system/${unit}`, join(wants, unit));
    const sockets = join(upper, "etc/systemd/system/sockets.target.wants");
    mkdirSync(sockets, { recursive: true });
    symlinkSync("/lib/systemd/system/docker.socket", join(sockets, "docker.socket"));
    write("etc/lab/pre", pre, 0o755);
  } else {
    write("etc/lab/pre", pre + preWithoutSystemd, 0o755);
    write("etc/lab/boot", boot, 0o755);
  }
}
