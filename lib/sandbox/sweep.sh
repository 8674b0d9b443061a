#!/bin/sh
# sweep.sh FOLDER: mounts the kernel's tree of control groups on FOLDER and removes those of hosts that have ended.
# Without real root there is no such tree.
[ -e "$1/cgroup.procs" ] || mount -t cgroup2 cgroup2 "$1" 2>/dev/null || exit 1
for host in "$1"/cdkfw-lab-*/*/; do
  # Only where no process is anywhere in it: a live host has empty groups too, and needs them.
  if grep -qs '^populated 0' "$host/cgroup.events"; then find "$host" -depth -type d -exec rmdir {} + 2>/dev/null || true; fi
done
for seat in "$1"/cdkfw-lab-*; do
  [ ! -d "$seat" ] || rmdir "$seat" 2>/dev/null || true # only when it holds no host any more
done
