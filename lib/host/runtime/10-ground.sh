#!/bin/sh
# cdkfw's runtime on a host: loads generations of rules, and brings back the ones before when nobody confirms.
# POSIX sh (dash, bash, busybox). Made of the parts under lib/host/runtime; do not edit it on the host.
#
#   /usr/local/lib/cdkfw/cdkfw-host    this script
#   /var/lib/cdkfw/generations/ID/     the texts of each generation; survives a reboot
#   /var/lib/cdkfw/committed           -> generations/ID, what boots
#   /var/lib/cdkfw/history             how every change ended, and whose it was
#   /var/lib/cdkfw/begun               the change that is under way, for the boot after a power cut
#   /run/cdkfw/mutex                   held (flock) while one process changes anything
#   /run/cdkfw/change/                 the change that waits for its confirmation; gone after a reboot
#   /run/cdkfw/ended                   the nonce of the last change, and how it ended
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 077
NEWLINE='
'
# Not empty in a network namespace of its own, where a generation is loaded to see whether the kernel takes it.
REHEARSING=

LIB=/usr/local/lib/cdkfw
STATE=/var/lib/cdkfw
RUN=/run/cdkfw
CHANGE=$RUN/change

# Seconds that a loader waits for another program's xtables lock.
XTABLES_WAIT=5
# Seconds to wait for another process of ours, and for the timer to start.
MUTEX_WAIT=10
TIMER_WAIT=10
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

# Sets $uptime, in whole seconds: not moved by anybody setting the clock, and counts on while the machine sleeps.
read_uptime() { IFS=' .' read -r uptime _ </proc/uptime; }

# write_file FILE TEXT: all of it or nothing. To start a process takes a host longer than anything that a shell does by
# itself: nothing is written where the file says just this.
write_file() { says "$1" "$2" || { printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"; }; }

# write_list FILE LINES: where there are none, an empty file.
write_list() { if [ -n "$2" ]; then write_file "$1" "$2"; else true >"$1"; fi; }

# says FILE LINE...: whether it holds these lines and no other.
says() {
  [ -r "$1" ] || return 1
  says_by=$1
  shift
  {
    for line in "$@"; do IFS= read -r held && [ "$held" = "$line" ] || return 1; done
    ! IFS= read -r _
  } <"$says_by"
}

read_file() {
  [ -r "$1" ] || return 0
  IFS= read -r line <"$1" || :
  printf '%s\n' "$line"
}

durable() { sync "$@" 2>/dev/null || sync; }

# Not every sleep knows fractions of a second.
short_sleep() { sleep 0.02 2>/dev/null || sleep 1; }

# Where nobody listens, nothing is said.
log() {
  [ -S /dev/log ] || [ -S /run/systemd/journal/stdout ] || return 0
  if command -v logger >/dev/null 2>&1; then logger -t cdkfw -- "$*" 2>/dev/null || :
  elif command -v systemd-cat >/dev/null 2>&1; then printf '%s\n' "$*" | systemd-cat -t cdkfw 2>/dev/null || :; fi
}

last_words() { tr '\n' ' ' <"$RUN/error" 2>/dev/null | cut -c 1-400; }

# Every transition runs under one lock of the kernel's, which the kernel takes back when the holder and what it had
# started have died.
take_mutex() {
  try_mutex "$1" && return
  [ -w "$RUN/mutex" ] || fail disk "$RUN"
  fail lock-held "$(read_file "$RUN/holder")"
}

# busybox's flock can not wait by itself. Who waits does not hold the file open: see kill_holder.
try_mutex() {
  { { [ -d "$RUN" ] || mkdir -p "$RUN"; } && true >>"$RUN/mutex"; } 2>/dev/null || return 1
  read_uptime
  patience=$((uptime + MUTEX_WAIT))
  until exec 9>>"$RUN/mutex" && flock -n 9; do
    release_mutex
    read_uptime
    [ "$uptime" -lt "$patience" ] || return 1
    short_sleep
  done
  # Only told to others: a full disk must not keep a rollback from its work.
  printf '%s\n' "$1" 2>/dev/null >"$RUN/holder" || :
}
release_mutex() { exec 9>&-; }

# Whoever holds the lock and all that it has started: none of them will go on with what it was about.
kill_holder() {
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/fd/9" 2>/dev/null)" = "$RUN/mutex" ]; then kill -KILL "${process#/proc/}" 2>/dev/null || :; fi
  done
}

# Where the deployer came from, and arrived: `ADDRESS PORT ADDRESS PORT`. sudo hides it; the login shell above still has it.
ssh_connection() {
  found=${SSH_CONNECTION:-}
  above=$PPID
  while [ -z "$found" ] && [ "${above:-0}" -gt 1 ]; do
    found=$(tr '\0' '\n' <"/proc/$above/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
    above=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$above/status" 2>/dev/null)
  done
  case $found in
    *[!0-9a-fA-F.:%\ ]*) printf '%s\n' "$found" | tr -cd '0-9a-fA-F.:% \n' ;;
    *) echo "$found" ;;
  esac
}
ssh_source() {
  connection=$(ssh_connection)
  echo "${connection%% *}"
}
