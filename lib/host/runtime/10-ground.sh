#!/bin/sh
# cdkfw's runtime on a host: loads generations of rules, and brings back the ones before when nobody confirms.
# POSIX sh (dash, bash, busybox). Made of the parts under lib/host/runtime; do not edit it on the host.
#
#   /usr/local/lib/cdkfw/cdkfw-host    this script
#   /var/lib/cdkfw/generations/ID/     the texts of each generation; survives a reboot
#   /var/lib/cdkfw/committed           -> generations/ID, what boots
#   /var/lib/cdkfw/history             when, what, who, how it ended
#   /run/cdkfw/mutex                   held (flock) while one process changes anything
#   /run/cdkfw/change/                 the change that waits for its confirmation; gone after a reboot
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 077

LIB=/usr/local/lib/cdkfw
STATE=/var/lib/cdkfw
RUN=/run/cdkfw
CHANGE=$RUN/change
# Where texts for the loaders are put together.
WORK=$RUN

# Seconds that a loader waits for another program's xtables lock.
XTABLES_WAIT=5
# Seconds to wait for another process of ours.
MUTEX_WAIT=10
# Generations that are kept for going back.
GENERATIONS_KEPT=10

# The deployer finds our lines by its token among whatever a login shell prints.
TOKEN=-
say() { printf '@cdkfw:%s %s\n' "$TOKEN" "$*"; }
step() { say step "$1"; }

# fail CODE WORDS...: ends with one error; nothing is half done when it is called.
fail() {
  say error "$@"
  say end 1
  exit 1
}

# Boot time in whole seconds: not moved by anybody setting the clock, and counts on while the machine sleeps.
uptime_seconds() {
  IFS=' .' read -r seconds _ </proc/uptime
  echo "$seconds"
}

# write_file FILE TEXT: all of it or nothing.
write_file() { printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"; }
read_file() { if [ -r "$1" ]; then head -n 1 "$1"; fi; }

durable() { sync "$@" 2>/dev/null || sync; }

log() { if command -v logger >/dev/null 2>&1; then logger -t cdkfw -- "$*" 2>/dev/null || :; fi; }

# Every transition runs under one lock of the kernel's, which the kernel takes back when the holder dies.
take_mutex() { try_mutex "$1" || fail lock-held "$(read_file "$RUN/holder")"; }
try_mutex() {
  mkdir -p "$RUN" || fail disk "$RUN"
  exec 9>>"$RUN/mutex"
  flock -w "$MUTEX_WAIT" 9 && write_file "$RUN/holder" "$1"
}
