# --- What keeps rules of containers from doing what they say. ---

# docker_state: `runs`, or why its containers can not be followed.
docker_state() {
  if docker_runs; then echo runs
  elif grep -qsx rootlesskit /proc/[0-9]*/comm; then echo rootless
  elif ! command -v docker >/dev/null 2>&1; then echo none
  elif docker_says --version 2>/dev/null | grep -qi podman; then echo podman
  else echo down; fi
}

# warn_of_containers FOLDER: as Docker says now, whatever the watcher knows.
warn_of_containers() {
  [ -e "$1/containers" ] || return 0
  state=$(docker_state)
  if [ "$state" = runs ]; then about=$(containers_ask) || state=silent; fi
  if [ "$state" = runs ]; then
    printf '%s\n' "$about" | cat - "$1/containers" | awk "$NAMED_CONTAINERS" | while read -r kind rest; do say "$kind" container "$rest"; done
  else say warning docker "$state"; fi
}

# warn_of_watcher FOLDER: where the rules stand.
warn_of_watcher() {
  [ -e "$1/containers" ] || return 0
  watcher_runs || say warning watcher
  times=$(read_file "$RUN/repaired")
  [ -z "$times" ] || say warning repaired "$times"
}

# Which containers that rules name are not there, or have no address that netfilter sees packets of; and a label that more
# than one has, where one may have been meant.
NAMED_CONTAINERS=$KNOWN_CONTAINERS'
$1 == "N" && driver[$3] == "bridge" { seen[$2] = 1 }
$1 == "select" {
  found = 0; names = ""
  for (i = 1; i <= count; i++) {
    id = ids[i]
    if (!fits(id)) continue
    names = names (found++ ? "," : "") name[id]
    if (!(id in seen) && !warned[id]++) print "warning unseen " name[id]
  }
  words = $4 == "name" ? $5 : $4 == "compose" ? $5 "/" $6 : $5 "=" (NF < 6 ? "*" : $6)
  gsub(/"/, "", words)
  if (!found) print "warning absent " words
  else if (found > 1 && $4 == "label" && NF > 5) print "note several " names " " words
}'
