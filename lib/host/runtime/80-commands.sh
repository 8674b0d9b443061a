# --- The commands of the deployer. Each ends with one line: end CODE. ---

# apply INCOMING ID NONCE SECONDS OWNER SSH-PORT FORCE
apply() {
  incoming=$1 id=$2 nonce=$3 window=$4 owner=$5 port=$6 force=$7
  step lock
  take_mutex "$owner"
  recover
  if [ -d "$CHANGE" ]; then
    left=$(($(read_file "$CHANGE/deadline") - $(uptime_seconds)))
    fail change-pending "$(read_file "$CHANGE/owner")" "$left"
  fi
  step check
  check
  step stage
  if [ "$force" = 0 ] && [ "$(committed_generation)" = "$id" ] && change_unneeded "$incoming" "$id"; then
    rm -rf "$incoming"
    say result unchanged
    say end 0
    exit 0
  fi
  stage "$incoming" "$id"
  rm -rf "$incoming"
  find "$STATE/incoming" -mindepth 1 -maxdepth 1 -mtime +0 -exec rm -rf {} + 2>/dev/null || :
  rehearse "$id" 2>"$RUN/error" || fail refused-by-kernel "$(last_words)"
  step arm
  arm "$id" "$nonce" "$window" "$owner" "$port"
  step apply
  if load_generation "$id" 2>"$RUN/error"; then
    record_bridges "$STATE/generations/$id"
    live_digest >"$STATE/generations/$id/live"
    phase applied
    say result applied
    say end 0
    exit 0
  fi
  why=$(last_words)
  roll_back "could not be loaded" && say error load-failed "$why" && say end 3
  exit 3
}

last_words() { tr '\n' ' ' <"$RUN/error" | cut -c 1-400; }

# The same texts, and the same rules in the kernel as on the day that they were loaded.
change_unneeded() {
  cmp -s "$1/SHA256SUMS" "$STATE/generations/$2/SHA256SUMS" && [ "$(live_digest)" = "$(read_file "$STATE/generations/$2/live")" ]
}

# confirm NONCE
confirm() {
  take_mutex "confirm $1"
  if ! change_is nonce "$1"; then fail not-pending "$(outcome_of "$1")"; fi
  if ! change_is phase applied || [ "$(uptime_seconds)" -ge "$(read_file "$CHANGE/deadline")" ]; then
    roll_back "confirmed too late"
    fail not-pending "$(outcome_of "$1")"
  fi
  phase confirming || fail disk "$RUN"
  if ! { ln -s "generations/$(read_file "$CHANGE/generation")" "$STATE/committed.$$" &&
    mv -T "$STATE/committed.$$" "$STATE/committed"; }; then
    rm -f "$STATE/committed.$$"
    roll_back "could not be committed"
    fail disk "$STATE"
  fi
  finish_confirm
  say result committed
  say end 0
}

# rollback [NONCE]: the change that is pending, of that nonce only where one is given.
rollback() {
  take_mutex rollback
  if [ ! -d "$CHANGE" ] || { [ -n "${1:-}" ] && ! change_is nonce "$1"; }; then fail not-pending "$(outcome_of "${1:-}")"; fi
  roll_back "asked for" || fail rollback-failed "$(last_words)"
  say result rolled-back
  say end 0
}

status() {
  if [ -d "$CHANGE" ] || [ -e "$RUN/mutex" ]; then take_mutex status && recover; fi
  committed=$(committed_generation)
  say generation "$committed"
  if [ -d "$CHANGE" ]; then
    say state pending
    say pending "$(read_file "$CHANGE/generation")" $(($(read_file "$CHANGE/deadline") - $(uptime_seconds))) "$(read_file "$CHANGE/owner")"
  elif [ "$committed" = none ]; then
    say state none
  else
    say state committed
    say live "$(live_digest)"
    say expected "$(read_file "$STATE/generations/$committed/live")"
  fi
  if [ -n "${1:-}" ]; then say outcome "$(outcome_of "$1")"; fi
  tail -n 1 "$STATE/history" 2>/dev/null | while IFS= read -r line; do say last "$line"; done
  say iptables "$(iptables -V 2>/dev/null)"
  say end 0
}

# policy: the committed one in words.
policy() {
  committed=$(committed_generation)
  say generation "$committed"
  if [ "$committed" != none ]; then
    while IFS= read -r line; do say line "$line"; done <"$STATE/generations/$committed/policy.txt"
  fi
  say end 0
}

# teardown OWNER: back to a host without us. Boot first, so that a death in between leaves rules only until a reboot.
teardown() {
  take_mutex "$1"
  recover
  if [ -d "$CHANGE" ]; then fail change-pending "$(read_file "$CHANGE/owner")" "$(($(read_file "$CHANGE/deadline") - $(uptime_seconds)))"; fi
  boot_remove
  rm -f "$STATE/committed"
  unload_iptables 2>"$RUN/error" || fail load-failed "$(last_words)"
  if [ -d "$STATE" ]; then record torn-down none "$1" -; fi
  rm -rf "$STATE/generations" "$STATE/incoming" "$LIB"
  say result torn-down
  say end 0
}

# install: puts this script, which arrived in a file of its own, in its place, whole or not at all.
install_runtime() {
  mkdir -p "$LIB" || fail disk "$LIB"
  if cmp -s "$0" "$LIB/cdkfw-host"; then
    rm -f "$0"
  else
    fresh=$LIB/cdkfw-host.$$
    { mv -f "$0" "$fresh" && chmod 755 "$fresh" && mv -f "$fresh" "$LIB/cdkfw-host"; } || fail disk "$LIB"
  fi
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  boot | timer | rehearsal) "$command" "$@" ;;
  apply | confirm | rollback | status | policy | teardown)
    TOKEN=${1:--}
    shift
    [ "$command" != apply ] || install_runtime
    "$command" "$@"
    ;;
  *)
    echo "usage: cdkfw-host boot | status - | rollback - | teardown - OWNER" >&2
    exit 2
    ;;
esac
