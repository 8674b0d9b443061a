# --- For people who look after containers: what there is, what the watcher would change, and starting them. ---

# More about a container, which may not run: its state, what it shares with others, and what it needs of them.
ABOUT_START='{{$id := .Id}}S{{"\t"}}{{$id}}{{"\t"}}{{.State.Status}}{{"\t"}}{{.HostConfig.PidMode}}{{"\t"}}{{.HostConfig.IpcMode}}
{{range .HostConfig.Links}}R{{"\t"}}{{$id}}{{"\t"}}link{{"\t"}}{{.}}
{{end}}{{range .HostConfig.VolumesFrom}}R{{"\t"}}{{$id}}{{"\t"}}volumes{{"\t"}}{{.}}
{{end}}'

# containers: lines of what Docker has, and of what the watcher would change.
containers() {
  {
    say generation "$(committed_generation)"
    state=$(docker_state)
    if [ "$state" = runs ]; then about=$(all_containers) || state=silent; fi
    say docker "$state"
    if [ "$state" = runs ]; then printf '%s\n' "$about" | say_each about; fi
    if folder=$(loaded_folder); then
      say loaded "${folder##*/}"
      sed -n '/^select/p' "$folder/containers" | say_each watched
      watcher_would_change "$folder" | say_each change
      warn_of_watcher "$folder"
    fi
  } </dev/null
  say end 0
  # A shell that reads this script from its standard input goes no further.
  exit 0
}

say_each() { while IFS= read -r one; do [ -z "$one" ] || say "$1" "$one"; done; }

# Also those that do not run.
all_containers() {
  all=$(docker_says ps -aq --no-trunc 2>/dev/null) && networks=$(docker_networks) || return 1
  printf '%s\n' "$networks"
  # shellcheck disable=SC2086 # one word each. Some of them may be gone meanwhile: the others are told.
  [ -z "$all" ] || docker_says inspect --type container --format "$ABOUT_CONTAINER$ABOUT_START" $all 2>/dev/null || :
}

# watcher_would_change FOLDER: SIGN <TAB> SET <TAB> ELEMENT; `jumps`; `bridge` <TAB> NAME.
watcher_would_change() {
  about=$(containers_ask) || about=$(containers_left)
  wanted=$(printf '%s\n' "$about" | live_elements "$1")
  held=$(held_elements "$1")
  only_in "$held" "$wanted" | sed -n 's/^./-	&/p'
  only_in "$wanted" "$held" | sed -n 's/^./+	&/p'
  docker_chains_stand "$1" || echo jumps
  for switch in $(netfilter_switches "$1"); do
    if [ "$(read_file "$switch")" = 0 ]; then
      bridge=${switch#/sys/class/net/}
      echo "bridge	${bridge%%/*}"
    fi
  done | sort -u
}

# start_container ID PAUSE: returns when the sets hold it. With PAUSE it runs no longer than until it is paused before that.
start_container() {
  trap '' HUP PIPE
  mkdir -p "$RUN" || fail disk "$RUN"
  state=$(docker_says inspect --type container --format '{{.State.Status}}' "$1" 2>"$RUN/error") || fail docker "$(last_words)"
  case $state in
    paused | running) ;;
    *)
      docker start "$1" >/dev/null 2>"$RUN/error" || fail not-started "$(last_words)"
      if [ "$2" = 1 ]; then
        docker pause "$1" >/dev/null 2>"$RUN/error" || fail not-paused "$(last_words)"
        state=paused
      fi
      ;;
  esac
  if loaded_folder >/dev/null; then await_watcher "$1" || fail rules-late "$state"; fi
  if [ "$state" = paused ]; then docker unpause "$1" >/dev/null 2>"$RUN/error" || fail not-unpaused "$(last_words)"; fi
  say result started
  say end 0
}

# Seconds that the watcher may take: it may have to be started anew.
WATCHER_WAIT=20

# await_watcher ID: until it knows the container as it runs now, and has filled the sets.
await_watcher() {
  process=$(docker_says inspect --type container --format '{{.State.Pid}}' "$1") || return 1
  read_uptime
  patience=$((uptime + WATCHER_WAIT))
  until known_containers | grep -q "^C	$1	$process	"; do
    read_uptime
    [ "$uptime" -lt "$patience" ] || return 1
    short_sleep
  done
  # It fills them in the same turn.
  live_turn
  live_turn_over
}
