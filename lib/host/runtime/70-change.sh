# --- A change and its end. Exactly one of confirm and rollback: both need the mutex, and the record says what happened.
#
#   (nothing) --arm--> armed --loaded--> applied --confirm--> confirming --committed switched--> (nothing)
#                        \________________\___________________/
#                                          \ deadline, failure, or wish
#                                           rolling-back --previous loaded--> (nothing)
#
# The switch of `committed` is the moment of truth: a confirm that dies before it is rolled back, after it completed.

change_is() { [ "$(read_file "$CHANGE/$1")" = "$2" ]; }
phase() { write_file "$CHANGE/phase" "$1"; }

# arm ID NONCE SECONDS OWNER PORT: the record and the timer, before the first rule is touched.
arm() {
  rm -rf "$CHANGE" "$CHANGE.new"
  mkdir -p "$CHANGE.new" || fail disk "$RUN"
  {
    write_file "$CHANGE.new/generation" "$1" && write_file "$CHANGE.new/previous" "$(committed_generation)" &&
      write_file "$CHANGE.new/nonce" "$2" && write_file "$CHANGE.new/deadline" $(($(uptime_seconds) + $3)) &&
      write_file "$CHANGE.new/owner" "$4" && write_file "$CHANGE.new/port" "$5" && write_file "$CHANGE.new/phase" armed &&
      mv "$CHANGE.new" "$CHANGE"
  } || fail disk "$RUN"
  start_timer "$2" || { rm -rf "$CHANGE"; fail no-timer "the rollback timer did not start"; }
}

# Detached from the session that starts it. Under systemd a service, since a session's end may take its processes along;
# elsewhere two processes, so that the death of one changes nothing.
start_timer() {
  rm -f "$RUN"/timer.*
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1; then
    systemd-run --quiet --collect --unit="cdkfw-timer-$1" --property=Restart=on-failure \
      /bin/sh "$LIB/cdkfw-host" timer "$1" 9>&- || return 1
  else
    for _ in 1 2; do
      setsid /bin/sh "$LIB/cdkfw-host" timer "$1" </dev/null >/dev/null 2>&1 9>&- &
    done
  fi
  tries=0
  until ls "$RUN"/timer.* >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || return 1
    sleep 0.05 2>/dev/null || sleep 1
  done
}

timer() {
  : >"$RUN/timer.$$"
  while change_is nonce "$1"; do
    deadline=$(read_file "$CHANGE/deadline")
    if [ "$(uptime_seconds)" -ge "${deadline:-0}" ]; then
      # Whatever is in the way, the timer does not give up.
      if try_mutex "the rollback timer" && change_is nonce "$1"; then roll_back "not confirmed in time"; fi
    fi
    sleep 1
  done
  rm -f "$RUN/timer.$$"
}

# Under the mutex. Ends the change that is recorded; on its return nothing is pending.
roll_back() {
  generation=$(read_file "$CHANGE/generation")
  owner=$(read_file "$CHANGE/owner")
  nonce=$(read_file "$CHANGE/nonce")
  if change_is phase confirming && [ "$(committed_generation)" = "$generation" ]; then
    finish_confirm
    return 0
  fi
  phase rolling-back
  previous=$(read_file "$CHANGE/previous")
  for pause in 0 1 2; do
    sleep "$pause"
    if load_generation "$previous" 2>"$RUN/error"; then
      record rolled-back "$generation" "$owner" "$nonce"
      rm -rf "$CHANGE"
      return 0
    fi
    log "rollback to $previous failed: $(read_file "$RUN/error")"
  done
  if load_safe "$(read_file "$CHANGE/port")"; then
    record safe-rules "$generation" "$owner" "$nonce"
    rm -rf "$CHANGE"
    return 0
  fi
  log "the safe rules could not be loaded either: the rules of the change stand"
  return 1
}

# Under the mutex, `committed` being the change's generation already.
finish_confirm() {
  durable "$STATE"
  boot_install || log "the boot files could not be written"
  record committed "$(read_file "$CHANGE/generation")" "$(read_file "$CHANGE/owner")" "$(read_file "$CHANGE/nonce")"
  rm -rf "$CHANGE"
  forget_old_generations
}

# A change whose timer is gone is ended by whoever comes next: at its deadline it is rolled back.
recover() {
  [ -d "$CHANGE" ] || return 0
  deadline=$(read_file "$CHANGE/deadline")
  if [ "$(uptime_seconds)" -ge "${deadline:-0}" ] || change_is phase rolling-back; then roll_back "its timer was gone"; fi
}
