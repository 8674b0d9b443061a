# --- A change and its end. Exactly one of confirm and rollback: both need the mutex, and the record says what happened.
#
#   (nothing) --arm--> armed --loaded--> applied --confirm--> confirming --committed switched--> (nothing)
#                        \________________\___________________/
#                                          \ deadline, failure, or wish
#                                           rolling-back --previous loaded--> (nothing)
#
# The switch of `committed` is the moment of truth: a confirm that dies before it is rolled back, after it completed.
# Every transition can be done twice: who finds one half done does it again.

change_is() { says "$CHANGE/$1" "$2" 2>/dev/null; }
phase() { write_file "$CHANGE/phase" "$1"; }
# Sets $left, in seconds.
count_down() {
  deadline=
  { [ -r "$CHANGE/deadline" ] && read -r deadline <"$CHANGE/deadline"; } 2>/dev/null
  read_uptime
  left=$((${deadline:-0} - uptime))
}
seconds_left() { count_down && echo "$left"; }

# arm ID NONCE SECONDS OWNER SOURCE: the record and the timer, before the first rule is touched.
arm() {
  previous=$(committed_generation)
  read_uptime
  [ ! -e "$CHANGE.new" ] || rm -rf "$CHANGE.new"
  {
    mkdir "$CHANGE.new" && echo "$1" >"$CHANGE.new/generation" && echo "$previous" >"$CHANGE.new/previous" &&
      echo "$2" >"$CHANGE.new/nonce" && echo $((uptime + $3)) >"$CHANGE.new/deadline" &&
      echo "$4" >"$CHANGE.new/owner" && echo "$5" >"$CHANGE.new/source" && echo armed >"$CHANGE.new/phase" &&
      begin "$1" "$2" "$4" "$5" "$previous" && mv "$CHANGE.new" "$CHANGE"
  } 2>/dev/null || { rm -f "$STATE/begun"; fail disk "$RUN"; }
  start_timer "$2" || { end_change; fail no-timer "the rollback timer did not start"; }
}

# Detached from the session that starts it. Under systemd a service, since a session's end may take its processes along;
# elsewhere two keepers, each in a session of its own, each of which starts the other anew.
start_timer() {
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1; then
    systemd-run --quiet --collect --unit="cdkfw-timer-$1" --property=Restart=on-failure \
      --property=StartLimitIntervalSec=0 --property=OOMScoreAdjust=-1000 \
      /bin/sh "$LIB/cdkfw-host" timer "$1" 9>&- || return 1
  else
    for keeper in 1 2; do start_keeper "$1" "$keeper"; done
  fi
  read_uptime
  late=$((uptime + TIMER_WAIT))
  until [ -e "$CHANGE/timer" ]; do
    read_uptime
    [ "$uptime" -lt "$late" ] || return 1
    short_sleep
  done
}

start_keeper() { setsid /bin/sh "$LIB/cdkfw-host" timer "$1" "$2" </dev/null >/dev/null 2>&1 8>&- 9>&- & }

# timer NONCE [KEEPER]: whatever is in the way, it does not give up.
timer() {
  if [ -n "${2:-}" ]; then keep "$2" || exit 0; fi
  failures=0
  true >"$CHANGE/timer"
  while change_is nonce "$1"; do
    if ! change_is_due; then failures=0
    elif try_mutex "$TIMER"; then
      if change_is nonce "$1" && change_is_due; then roll_back "not confirmed in time"; fi
      release_mutex
      failures=0
    else
      failures=$((failures + 1))
      if [ "$failures" -ge "$(patience_with "$(read_file "$RUN/holder")")" ]; then
        log "killing $(read_file "$RUN/holder"), which hangs and keeps the change of generation $(read_file "$CHANGE/generation") from its end"
        kill_holder
      fi
    fi
    sleep 1
    if [ -n "${2:-}" ]; then wake_other "$1" "$((3 - $2))"; fi
  done
}

TIMER='the rollback timer'

# How often in a row the lock may be refused after the deadline, each time for MUTEX_WAIT seconds. A rollback may be slow:
# were each of the two timers to kill the other in the middle of it, none would ever end.
patience_with() { if [ "$1" = "$TIMER" ]; then echo 6; else echo 1; fi; }

# keep KEEPER: one process each, which neither a TERM to all nor a lack of memory ends.
keep() {
  trap '' HUP INT TERM
  { echo -1000 >/proc/self/oom_score_adj; } 2>/dev/null || :
  [ -d "$CHANGE" ] || return 1
  exec 8>>"$CHANGE/keeper.$1"
  flock -n 8
}

# The kernel gives a dead keeper's lock back.
wake_other() { if [ -d "$CHANGE" ] && flock -n "$CHANGE/keeper.$2" true 2>/dev/null; then start_keeper "$1" "$2"; fi; }

# After its deadline; and before it where a process died in the middle of its end.
change_is_due() { { count_down && [ "$left" -le 0 ]; } || change_is phase rolling-back || change_is phase confirming; }

# roll_back WHY. Under the mutex. Ends the change that is recorded; on its return nothing is pending, and $ended says how.
roll_back() {
  ended=
  generation=$(read_file "$CHANGE/generation")
  if change_is phase confirming && is_committed "$generation"; then
    finish_confirm
    return 0
  fi
  phase rolling-back 2>/dev/null || :
  previous=$(read_file "$CHANGE/previous")
  restore "${previous:=$(committed_generation)}" "$(read_file "$STATE/generations/$generation/ports")"
  case $? in
    0) ended=rolled-back ;;
    1) ended=safe-rules ;;
    *) return 1 ;;
  esac
  [ "$previous" != none ] || boot_remove
  record_change "$ended" "$1"
  end_change
}

# Under the mutex, `committed` being the change's generation already.
finish_confirm() {
  ended=committed
  record_change committed
  end_change
  tidy_up
}

# record_change OUTCOME [WHY]: with the change's facts, and on the disk for good.
record_change() {
  ending=$1 cause=${2:-}
  set --
  for fact in generation owner nonce source previous; do
    { IFS= read -r line <"$CHANGE/$fact"; } 2>/dev/null || line=
    set -- "$@" "$line"
  done
  record "$ending" "$@" "$cause"
  durable "$STATE" "$STATE/history"
}

# In one step: half a record would be taken for another one.
end_change() {
  [ ! -e "$CHANGE.ended" ] || rm -rf "$CHANGE.ended"
  mv "$CHANGE" "$CHANGE.ended"
  # Who dies in between leaves what settle_begun finds recorded, and so does a disk that is read-only.
  rm -rf "$CHANGE.ended" "$STATE/begun" 2>/dev/null || :
}

# A change whose timer is gone is ended by whoever comes next.
recover() {
  settle_begun
  if [ -d "$CHANGE" ] && change_is_due; then roll_back "its timer was gone"; fi
}

refuse_pending() { if [ -d "$CHANGE" ]; then fail change-pending "$(read_file "$CHANGE/owner")" "$(seconds_left)"; fi; }
