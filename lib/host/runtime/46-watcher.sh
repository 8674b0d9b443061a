# --- The watcher: one process that follows Docker, fills the sets, and puts back what is lost of our jumps. ---
#
#   docker events ──┐
#                   ├─→ watcher.fifo ─→ ask Docker, fill the sets
#   every second ───┘                   do our jumps stand first?
#
# systemd starts it again when it dies; elsewhere a second process waits for its lock and takes over.

# Its last word to systemd: there is nothing to watch any more.
NOTHING_TO_WATCH=3

# loaded_folder: the folder of the generation whose rules are loaded, where they are about containers.
loaded_folder() {
  [ -e "$RUN/loaded" ] || return 1
  folder=$STATE/generations/$(read_file "$RUN/loaded")
  if [ -e "$folder/containers" ]; then echo "$folder"; else return 1; fi
}

# start_watcher: where one is needed. It may run already.
start_watcher() {
  loaded_folder >/dev/null || return 0
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1; then
    systemctl is-active --quiet cdkfw-containers.service && return
    systemd-run --quiet --no-block --collect --unit=cdkfw-containers --description='cdkfw: follows the containers' \
      --property=DefaultDependencies=no --property=Restart=always --property=RestartSec=100ms \
      --property=StartLimitIntervalSec=0 --property="RestartPreventExitStatus=$NOTHING_TO_WATCH" \
      /bin/sh "$LIB/cdkfw-host" watch 9>&- 6>&-
  else
    setsid /bin/sh "$LIB/cdkfw-host" watch </dev/null >/dev/null 2>&1 9>&- 6>&- &
  fi
}

watcher_runs() { ! flock -n "$RUN/watcher.lock" true 2>/dev/null; }

watch() {
  trap '' HUP
  # One waits, one works: a third has nothing to do.
  exec 7>>"$RUN/watcher.standby" 8>>"$RUN/watcher.lock"
  flock -n 7 || exit 0
  flock 8
  exec 7>&-
  loaded_folder >/dev/null || exit "$NOTHING_TO_WATCH"
  true >"$RUN/watcher.started"
  in_turn make_seats
  rm -f "$RUN/watcher.fifo"
  mkfifo "$RUN/watcher.fifo" || exit 1
  exec 3<>"$RUN/watcher.fifo"
  # Closed inside: a shell keeps a copy of what it closes for a while, and the lock would outlive the watcher in it.
  (exec 3>&- 8>&- && tell_seconds) >"$RUN/watcher.fifo" 2>/dev/null &
  (exec 3>&- 8>&- && tell_events) >"$RUN/watcher.fifo" 2>/dev/null &
  while IFS= read -r news <&3; do
    folder=$(loaded_folder) || exit "$NOTHING_TO_WATCH"
    if [ "$news" = second ]; then keep_standing; else catch_up; fi
  done
}

# Who tells ends with the watcher: nobody reads then, and writing fails.
tell_seconds() {
  while echo second; do sleep 1; done
}

tell_events() {
  while echo docker; do
    if docker_runs; then
      docker events --since 10s --filter type=container --filter type=network \
        --filter event=start --filter event=die --filter event=rename --filter event=connect \
        --filter event=disconnect --filter event=create --filter event=destroy --format '{{.Type}} {{.Action}}'
    fi
    sleep 0.2 2>/dev/null || sleep 1
    until docker_runs; do sleep 0.5 2>/dev/null || sleep 1; done
  done
}

# catch_up [FILL]: what was told before now is known by asking once.
catch_up() {
  echo "now" >&3
  until [ "$news" = now ]; do IFS= read -r news <&3; done
  asked=$(containers_ask) || asked=$(containers_left)
  live_turn && folder=$(loaded_folder) && {
    write_file "$RUN/containers" "$asked"
    "${1:-fill_live}" "$folder" 2>"$RUN/watcher.error" || log "the sets of containers could not be filled: $(last_words_of watcher.error)"
    fill_links "$folder"
    call_netfilter "$folder"
  }
  live_turn_over
}

# in_turn COMMAND: while rules about containers are loaded, and nobody takes them away.
in_turn() {
  if live_turn && loaded_folder >/dev/null; then "$@"; fi
  live_turn_over
}

last_words_of() { tr '\n' ' ' <"$RUN/$1" 2>/dev/null | cut -c 1-400; }

# Seconds after which the sets are compared with what Docker says, whatever was told: somebody may have changed them. At the
# start at once.
LOOK_AT_KERNEL=60

# Others may have taken our jumps out, or put something before them: a reload of firewalld, a restart of Docker.
keep_standing() {
  # Gone where this script was replaced by another one.
  [ -e "$RUN/watcher.started" ] || exec /bin/sh "$LIB/cdkfw-host" watch
  if ! [ -d /run/systemd/system ] && flock -n "$RUN/watcher.standby" true; then start_watcher 3>&- 8>&-; fi
  since_look=$(((${since_look:--1} + 1) % LOOK_AT_KERNEL))
  if [ "$since_look" = 0 ]; then catch_up fill_live_anew; fi
  # What Docker could not tell while it was away, and what a kernel that was too slow has missed.
  if ! docker_runs; then catch_up; fi
  if [ -e "$RUN/seats" ] && ! seats_stand; then
    in_turn make_seats_anew
    catch_up
  fi
  docker_chains_stand "$folder" && return
  try_mutex "the watcher of containers" || return
  if folder=$(loaded_folder) && ! docker_chains_stand "$folder"; then
    if load_folder "$folder" 2>"$RUN/watcher.error"; then
      log "rules of ours were gone or behind others, and stand again"
      times=$(read_file "$RUN/repaired")
      write_file "$RUN/repaired" $((${times:-0} + 1))
    else
      log "rules of ours are gone or behind others: $(last_words_of watcher.error)"
    fi
  fi
  release_mutex
}
