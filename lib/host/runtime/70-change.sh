# --- A change and its end. Exactly one of confirm and rollback: both need the mutex, and the record says what happened.
#
#   (nothing) --arm--> armed --loaded--> applied --confirm--> confirming --committed switched--> (nothing)
#                        \________________\___________________/
#                                          \ deadline, failure, or wish
#                                           rolling-back --previous loaded--> (nothing)
#
# The switch of `committed` is the moment of truth: a confirm that dies before it is rolled back, after it completed.
# Every transition can be done twice: who finds one half done does it again.

change_is() { [ -r "$CHANGE/$1" ] && [ "$(read_file "$CHANGE/$1")" = "$2" ]; }
phase() { write_file "$CHANGE/phase" "$1"; }
seconds_left() {
  deadline=$(read_file "$CHANGE/deadline")
  echo $((${deadline:-0} - $(uptime_seconds)))
}

# arm ID NONCE SECONDS OWNER: the record and the timer, before the first rule is touched.
arm() {
  rm -rf "$CHANGE.new"
  {
    mkdir "$CHANGE.new" && echo "$1" >"$CHANGE.new/generation" && committed_generation >"$CHANGE.new/previous" &&
      echo "$2" >"$CHANGE.new/nonce" && echo $(($(uptime_seconds) + $3)) >"$CHANGE.new/deadline" &&
      echo "$4" >"$CHANGE.new/owner" && echo armed >"$CHANGE.new/phase" && mv "$CHANGE.new" "$CHANGE"
  } 2>/dev/null || fail disk "$RUN"
  start_timer "$2" || { end_change; fail no-timer "the rollback timer did not start"; }
}

# Detached from the session that starts it. Under systemd a service, since a session's end may take its processes along;
# elsewhere two processes, so that the death of one changes nothing.
start_timer() {
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1; then
    systemd-run --quiet --collect --unit="cdkfw-timer-$1" --property=Restart=on-failure \
      --property=StartLimitIntervalSec=0 /bin/sh "$LIB/cdkfw-host" timer "$1" 9>&- || return 1
  else
    for _ in 1 2; do
      setsid /bin/sh "$LIB/cdkfw-host" timer "$1" </dev/null >/dev/null 2>&1 9>&- &
    done
  fi
  late=$(($(uptime_seconds) + TIMER_WAIT))
  until [ -e "$CHANGE/timer" ]; do
    [ "$(uptime_seconds)" -lt "$late" ] || return 1
    short_sleep
  done
}

timer() {
  true >"$CHANGE/timer"
  while change_is nonce "$1"; do
    # Whatever is in the way, the timer does not give up.
    if change_is_due && try_mutex "the rollback timer"; then
      if change_is nonce "$1" && change_is_due; then roll_back "not confirmed in time"; fi
      release_mutex
    fi
    sleep 1
  done
}

# After its deadline; and before it where a process died in the middle of its end.
change_is_due() { [ "$(seconds_left)" -le 0 ] || change_is phase rolling-back || change_is phase confirming; }

# roll_back WHY. Under the mutex. Ends the change that is recorded; on its return nothing is pending, and $ended says how.
roll_back() {
  ended=
  generation=$(read_file "$CHANGE/generation")
  if change_is phase confirming && [ "$(committed_generation)" = "$generation" ]; then
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
  record "$ended" "$generation" "$(read_file "$CHANGE/owner")" "$(read_file "$CHANGE/nonce")" "$1"
  end_change
}

# Under the mutex, `committed` being the change's generation already.
finish_confirm() {
  durable "$STATE"
  ended=committed
  record committed "$(read_file "$CHANGE/generation")" "$(read_file "$CHANGE/owner")" "$(read_file "$CHANGE/nonce")"
  end_change
  tidy_up
}

# In one step: half a record would be taken for another one.
end_change() {
  rm -rf "$CHANGE.ended"
  mv "$CHANGE" "$CHANGE.ended"
  rm -rf "$CHANGE.ended"
}

# A change whose timer is gone is ended by whoever comes next.
recover() { if [ -d "$CHANGE" ] && change_is_due; then roll_back "its timer was gone"; fi; }

refuse_pending() { if [ -d "$CHANGE" ]; then fail change-pending "$(read_file "$CHANGE/owner")" "$(seconds_left)"; fi; }
