import { spawnSync } from "node:child_process";
import { asset, isMachineRoot } from "./places";

/** Removes what outlives namespaces: the control groups of systemd hosts. */
export function sweep(): void {
  if (!isMachineRoot()) return;
  // /run is only a place to mount on, and only in a mount namespace of the sweeper's own.
  const script = 'mount -t tmpfs sweep /run && mkdir /run/cgroup && exec sh "$1" /run/cgroup';
  spawnSync("unshare", ["--mount", "sh", "-c", script, "sweep", asset("sweep.sh")], { stdio: "ignore" });
}
