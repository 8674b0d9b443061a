#!/bin/sh
# seat.sh IMAGE COMMAND...
# The first process of a seat: the management side of the lab, where the deployer sits. It runs in new mount, net, pid,
# uts and ipc namespaces (see seat.ts), makes a place to work in of them, and runs the command. All that the command
# starts dies with it, since this is PID 1 of the pid namespace.
set -eu
image=$1
shift
hostname seat

# A private /run, yet with the sockets of the user's session (an SSH agent, say); /tmp holds them for a moment.
if [ -d /run/user ]; then
  mount --rbind /run/user /tmp
  mount -t tmpfs -o mode=755 run /run
  mkdir /run/user
  mount --rbind /tmp /run/user
  umount -l /tmp
else
  mount -t tmpfs -o mode=755 run /run
fi
seat=/run/cdkfw-lab
mkdir -p $seat/image $seat/engines $seat/labs /run/lock /run/netns
mount --bind "$image" $seat/image
if [ -d "${image%/*}/engines" ]; then mount --bind "${image%/*}/engines" $seat/engines; fi

# /sys of this network namespace. Some containers forbid it; nothing of ours needs it then.
mkdir $seat/cg
if mount --rbind /sys/fs/cgroup $seat/cg 2>/dev/null; then
  if mount -t sysfs -o nosuid,nodev,noexec sysfs /sys 2>/dev/null; then
    mount --rbind $seat/cg /sys/fs/cgroup 2>/dev/null || true
  fi
  umount -l $seat/cg
fi
rmdir $seat/cg
# Hosts with systemd want a version 2 control group each. The kernel has one such tree; only real root may write in it.
mkdir $seat/cgroup
cut -c 1-8 /proc/sys/kernel/random/uuid > $seat/id
sh "$(dirname "$0")/sweep.sh" $seat/cgroup || rmdir $seat/cgroup

chroot $seat/image ip link set lo up
for which in default all; do
  echo 0 > /proc/sys/net/ipv6/conf/$which/accept_dad # no waiting for duplicate addresses
done

code=0
"$@" || code=$?
exit $code
