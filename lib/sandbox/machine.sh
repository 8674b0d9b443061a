#!/bin/sh
# machine.sh FOLDER NAME LOWER INIT CGROUP
# The first process of a machine, in its new net, mount, pid, uts and ipc namespaces: power-on. FOLDER holds the disk
# (upper), LOWER the layers under it, INIT is `systemd`, `sshd` or `idle`, CGROUP the control group to enter, if any.
# Says its pid (as the seat counts) on standard output, waits for a line on standard input, which means that the cables
# are plugged in, and says `up` when the network is.
set -eu
folder=$1 name=$2 lower=$3 init=$4 cgroup=$5

# Another seat that sweeps up may remove the group before this process is in it. Not in its group, systemd or Docker would
# take the machine's own groups for theirs.
if [ -n "$cgroup" ]; then
  for _try in 1 2 3; do
    mkdir -p "$cgroup" && echo 0 > "$cgroup/cgroup.procs" || continue
    grep -q "/${cgroup##*/}\$" /proc/self/cgroup && exec unshare --cgroup sh "$0" "$folder" "$name" "$lower" "$init" ""
  done
  echo "there is no control group for $name" >> "$folder/boot.log"
  exit 1
fi

read -r pid _ < /proc/self/stat
hostname "$name"

# Before the cables, since an interface takes its settings on when it appears. No waiting for duplicate addresses; no
# limit on ICMP errors, else most of the rejects in a batch of probes look like drops.
net=/proc/sys/net
for setting in ipv6/conf/all/accept_dad ipv6/conf/default/accept_dad ipv4/conf/all/rp_filter \
  ipv4/conf/default/rp_filter ipv4/icmp_ratelimit ipv6/icmp/ratelimit ipv4/ip_forward; do
  echo 0 > $net/$setting
done
echo 100000 2>/dev/null > $net/ipv4/icmp_msgs_per_sec || true # of the machine as a whole in older kernels

echo "$pid"
read -r _plugged
exec 3>&1 >> "$folder/boot.log" 2>&1 < /dev/null

root=$folder/root
overlay=lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work
pts=newinstance,ptmxmode=0666,mode=620
if [ -e "$folder/rootless" ]; then overlay=$overlay,userxattr; else pts=$pts,gid=5; fi
mount -t overlay -o "$overlay" overlay "$root"
cd "$root"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys # the machine's settings are not this host's to change ...
cat /proc/sys/kernel/random/uuid > "$folder/boot_id"
mount --bind "$folder/boot_id" proc/sys/kernel/random/boot_id # a new boot id each boot, and only then
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,rw proc/sys/net # ... but those of its network are
mount -t sysfs sysfs sys || mount --rbind /sys sys
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm
for device in null zero full random urandom tty; do
  : > dev/$device
  mount --bind /dev/$device dev/$device
done
mount -t devpts -o $pts devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t tmpfs -o mode=755 run run
mkdir -p run/sshd run/lock run/old
if [ -e "$folder/rootless" ]; then
  # `ip netns exec` unmounts /sys before it mounts its own, which the kernel allows only who still sees another one.
  mkdir run/sys
  mount -t sysfs sysfs run/sys || true
fi
[ ! -x etc/lab/pre ] || . ./etc/lab/pre # more mounts, below the current folder

pivot_root . run/old
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
if [ "$init" = systemd ]; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mount -o remount,bind,ro /sys # so that no unit acts on the machine
  umount -l /run/old
  rmdir /run/old
  echo up >&3
  exec 3>&-
  exec env -i container=cdkfw-lab "PATH=$PATH" /lib/systemd/systemd --system --log-target=journal
fi
umount -l /run/old
rmdir /run/old

# No systemd: this is the whole boot. The scripts of /etc/rc.boot.d come before the network, as a firewall must. Nothing
# of this machine's environment is the host's.
on_host() { env -i "PATH=$PATH" "$@"; }
for script in /etc/rc.boot.d/*; do
  if [ -x "$script" ]; then on_host "$script" >> /run/boot.log 2>&1 || echo "$script: exit status $?" >> /run/boot.log; fi
done
on_host /etc/lab/network >> /run/boot.log 2>&1
[ ! -x /etc/lab/boot ] || on_host /etc/lab/boot >> /run/boot.log 2>&1 3>&- &
echo up >&3
exec 3>&-
if [ "$init" = sshd ]; then exec env -i "PATH=$PATH" /usr/sbin/sshd -D -E /var/log/sshd.log; fi
exec env -i "PATH=$PATH" /bin/sh -c 'while :; do sleep 86400; done' idle
