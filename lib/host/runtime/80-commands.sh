# --- The commands of the deployer. Each ends with one line: end CODE. ---

# apply ID NONCE SECONDS OWNER SSH-PORT FORCE INSTALL BACKEND RUNTIME: this script being a parcel, see 32-parcel.sh; the last
# is the digest of what of it is the runtime.
apply() {
  id=$1 nonce=$2 window=$3 owner=$4 port=$5 force=$6 install=$7 backend=$8 runtime=$9
  # Not the installed one: what arrives is removed in the end.
  case $0 in "$STATE"/incoming/*.sh) incoming=${0%.sh} ;; *) usage ;; esac
  trap 'rm -rf "$incoming" "$0"' EXIT
  step check
  check "$backend" "$install"
  unpack "$0" "$nonce" "$incoming" || fail incoming
  warn_of_refusals "$incoming"
  warn_of_containers "$incoming"
  step lock
  take_mutex "$owner"
  recover
  refuse_pending
  case $(read_file "$RUN/ended") in "$nonce "*) fail withdrawn ;; esac
  install_runtime "$0" "$nonce" "$runtime"
  step stage
  if [ "$force" = 0 ] && is_committed "$id" && change_unneeded "$incoming" "$id"; then
    say result unchanged
    say end 0
    exit 0
  fi
  stage "$incoming" "$id"
  change "$id" "$nonce" "$window" "$owner" "$port"
}

# change ID NONCE SECONDS OWNER SSH-PORT: from a generation on disk to its rules in the kernel, with the timer behind it.
change() {
  arrived=$(ssh_connection)
  # Another port than the deployer's where one is forwarded to the other.
  write_file "$STATE/generations/$1/ports" "$5 ${arrived##* }" || fail disk "$STATE/generations"
  expected=$(try_out "$STATE/generations/$1" 2>"$RUN/error") || fail refused-by-kernel "$(last_words)"
  step arm
  arm "$1" "$2" "$3" "$4" "${arrived%% *}"
  # A lost connection must not stop it half-way from here on; before, it may.
  trap '' HUP PIPE
  step apply
  if [ -e "$STATE/generations/$1/containers" ] && ! watcher_runs; then look_at_containers; fi
  if ! { load_generation "$1" && record_passes "$STATE/generations/$1" && let_pass_for "$1" &&
    note_loaded "$STATE/generations/$1" "$expected" && phase applied; } 2>"$RUN/error"; then
    why=$(last_words)
    roll_back "could not be loaded: $why"
    say error load-failed "$why"
    say result "${ended:-unknown}"
    say end 3
    exit 3
  fi
  say result applied
  start_watcher
  say end 0
  exit 0
}

# note_loaded FOLDER DIGEST: what still_stands holds against what stands when it is confirmed. The text, where all rules are
# of nftables, which takes them all or none; else what stands now. Where that is not what was loaded, somebody may have
# changed it since: once more, then.
note_loaded() {
  record_bridges "$1" && record_strangers "$1" || return 1
  if [ -e "$1/nftables" ]; then printf '%s\n' "$table_text" >"$CHANGE/loaded" || return 1; fi
  if only_nftables "$1"; then return; fi
  rules=$(live_rules)
  if ! stands_whole "$1" "$2" "$rules"; then
    load_folder "$1" || return 1
    rules=$(live_rules)
  fi
  digest_of "$rules" && write_file "$1/live" "$digest"
}

only_nftables() { [ -e "$1/nftables" ] && [ ! -e "$1/containers" ]; }

# still_stands FOLDER: nobody has flushed or changed what was loaded and proven.
still_stands() {
  rules=$(live_rules)
  digest_of "$rules"
  if only_nftables "$1"; then
    nftables_whole "$CHANGE/loaded" "$rules" && { write_file "$1/live" "$digest"; return; }
  elif says "$1/live" "$digest"; then return; fi
  echo "somebody changed the rules in the kernel since they were loaded" >&2
  return 1
}

# revert ID NONCE SECONDS OWNER SSH-PORT: to a generation that is still here, by the same way as to a new one.
revert() {
  step check
  if ! is_generation "$1" || [ ! -d "$STATE/generations/$1" ]; then fail no-generation "$1"; fi
  check "$(backend_of "$STATE/generations/$1")" 0
  step lock
  take_mutex "$4"
  recover
  refuse_pending
  case $(read_file "$RUN/ended") in "$2 "*) fail withdrawn ;; esac
  step stage
  is_whole "$STATE/generations/$1" || fail altered "generation $1 was altered on the host"
  change "$@"
}

# The same texts, the same rules in the kernel as on the day that they were loaded, and they boot.
change_unneeded() {
  cmp -s "$1/SHA256SUMS" "$STATE/generations/$2/SHA256SUMS" && boot_stands &&
    passes_settled "$STATE/generations/$2" && says "$STATE/generations/$2/live" "$(live_digest)"
}

# confirm NONCE
confirm() {
  trap '' HUP PIPE
  take_mutex "a confirmation"
  settle_begun
  expect_change "${1:-}"
  count_down
  if ! change_is phase applied || [ "$left" -le 0 ]; then
    roll_back "confirmed too late"
    fail not-pending "${ended:-unknown}"
  fi
  id=$(read_file "$CHANGE/generation")
  if ! { still_stands "$STATE/generations/$id" && phase confirming && boot_install && commit "$id" "$1"; } 2>"$RUN/error"; then
    why=$(last_words)
    roll_back "could not be committed: $why"
    [ "$ended" = committed ] || say error not-committed "$why"
  else
    finish_confirm
  fi
  say result "${ended:-unknown}"
  say end 0
}

# expect_change NONCE: who asks for one that never began is told so, and from then on it never will.
expect_change() {
  if change_is nonce "$1"; then return; fi
  outcome=$(outcome_of "$1")
  [ "$outcome" != unknown ] || write_file "$RUN/ended" "$1 unknown"
  fail not-pending "$outcome"
}

# rollback [NONCE]: the change that is pending, of that nonce only where one is given.
rollback() {
  trap '' HUP PIPE
  take_mutex "a rollback"
  settle_begun
  if [ -n "${1:-}" ]; then expect_change "$1"; fi
  [ -d "$CHANGE" ] || fail not-pending unknown
  roll_back "asked for" || fail rollback-failed "$(last_words)"
  say result "$ended"
  say end 0
}

status() {
  if [ ! -d "$RUN" ]; then :
  elif try_mutex status; then recover
  else say busy "$(read_file "$RUN/holder")"; fi
  committed=$(committed_generation)
  rules=$(live_rules)
  say generation "$committed"
  if [ -d "$CHANGE" ]; then
    say state pending
    say pending "$(read_file "$CHANGE/generation")" "$(seconds_left)" "$(read_file "$CHANGE/owner")"
  elif [ "$committed" = none ]; then
    say state none
  else
    say state committed
    digest_of "$rules"
    say live "$digest"
    say expected "$(read_file "$STATE/generations/$committed/live")"
    warn_of_refusals "$STATE/generations/$committed"
    warn_of_containers "$STATE/generations/$committed"
    warn_of_watcher "$STATE/generations/$committed"
    passes_settled "$STATE/generations/$committed" || say warning not-passing
  fi
  if safe_rules_stand "$rules"; then say safe yes; fi
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
  trap '' HUP PIPE
  take_mutex "$1"
  recover
  refuse_pending
  before=$(committed_generation)
  { boot_remove && rm -f "$STATE/committed"; } 2>"$RUN/error" || fail disk "$STATE"
  { unload_all && let_pass; } 2>"$RUN/error" || fail not-unloaded "$(last_words)"
  if [ -d "$STATE" ]; then record torn-down none "$1" - "$(ssh_source)" "$before"; fi
  rm -rf "$STATE/generations" "$STATE/incoming" "$LIB" "$RUN/ended" "$RUN/error" "$RUN/holder" "$RUN"/watcher.* "$RUN/live.lock" "$RUN/safe-by-iptables"
  say result torn-down
  say end 0
}

usage() {
  echo "usage: cdkfw-host boot | status - | rollback - | teardown - OWNER" >&2
  exit 2
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  boot | timer | rehearsal | watch) "$command" "$@" ;;
  apply | revert | confirm | rollback | status | history | policy | drift | counters | teardown | doctor | containers | start_container)
    TOKEN=${1:--}
    [ $# -eq 0 ] || shift
    "$command" "$@"
    ;;
  *) usage ;;
esac
