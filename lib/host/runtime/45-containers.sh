# --- Docker's containers: the sets that hold their addresses and published ports, and what is entered in Docker's chains.
#
#   /run/cdkfw/loaded        the generation whose rules are loaded, where they are about containers
#   /run/cdkfw/containers    what Docker said last of the containers that run: lines C, N, A, H, P and L, see ABOUT_CONTAINER;
#                            of its networks: D <TAB> ID <TAB> DRIVER; and V, see 44-seats.sh, with a G where it has to tell those
#   /run/cdkfw/live          what the sets were filled with: the backend, and one element a line
#
# The generation's text `containers` tells which containers its rules are about: lib/render/live-sets.ts.

ABOUT_CONTAINER='C{{"\t"}}{{.Id}}{{"\t"}}{{.State.Pid}}{{"\t"}}{{.Name}}{{"\t"}}{{.HostConfig.NetworkMode}}
{{$id := .Id}}{{range $name, $one := .NetworkSettings.Networks}}N{{"\t"}}{{$id}}{{"\t"}}{{$one.NetworkID}}{{"\t"}}{{$name}}{{"\t"}}{{or $one.IPAddress "-"}}{{"\t"}}{{or $one.GlobalIPv6Address "-"}}{{"\t"}}{{$one.MacAddress}}
{{range $one.Aliases}}A{{"\t"}}{{$id}}{{"\t"}}{{$one.NetworkID}}{{"\t"}}{{json .}}
{{end}}{{end}}H{{"\t"}}{{$id}}{{"\t"}}{{.HostsPath}}
{{range $port, $hosts := .NetworkSettings.Ports}}{{range $hosts}}P{{"\t"}}{{$id}}{{"\t"}}{{$port}}{{"\t"}}{{.HostPort}}{{"\t"}}{{or .HostIp "-"}}
{{end}}{{end}}{{range $key, $value := .Config.Labels}}L{{"\t"}}{{$id}}{{"\t"}}{{json $key}}{{"\t"}}{{json $value}}
{{end}}'

# Reads what Docker said. On a line `select` of a text `containers`, fits(ID) tells whether the container is meant.
KNOWN_CONTAINERS='
BEGIN { FS = OFS = "\t" }
$1 == "D" { driver[$2] = $3 }
$1 == "C" { ids[++count] = $2; name[$2] = substr($4, 2) }
$1 == "L" { label[$2, $3] = $4; labelled[$2, $3] = 1 }
function fits(id) {
  if ($4 == "name") return name[id] == $5
  if ($4 == "compose") return label[id, "\"com.docker.compose.project\""] == $5 && label[id, "\"com.docker.compose.service\""] == $6
  return ((id, $5) in labelled) && (NF < 6 || label[id, $5] == $6)
}'

# Then a text `containers`; prints what each set is to hold: SET <TAB> ELEMENT. Other programs would have the address of a
# container that is told twice, since the two were asked one after the other: it is left out until they are asked again. So
# is what netfilter does not see: networks of other drivers than Docker's bridges; and, where the bridges tell containers
# apart, who has ended before it was known by which interface it is reached.
LIVE_ELEMENTS=$KNOWN_CONTAINERS'
$1 == "G" { told = 1 }
$1 == "V" { seat[$2, $4] = 1 }
$1 == "N" && driver[$3] == "bridge" { take($2, 4, $5, $7); take($2, 6, $6, $7) }
$1 == "P" { published[$2] = published[$2] $3 "/" $4 "/" $5 "\n" }
$1 == "select" { for (i = 1; i <= count; i++) if (fits(ids[i])) fill($2, $3, ids[i]) }
function take(id, family, address, mac) {
  if (address == "-") return
  had[family, address]++
  macs[id, address] = mac
  addresses[id, family] = addresses[id, family] address "\n"
}
function fill(key, kinds, id, family, list, n, i, p, ports, m) {
  m = split(published[id], ports, "\n")
  for (family = 4; family <= 6; family += 2) {
    n = split(addresses[id, family], list, "\n")
    for (i = 1; i < n; i++) {
      if (had[family, list[i]] > 1 || (told && !((id, macs[id, list[i]]) in seat))) continue
      if (kinds ~ /a/) print "live-" key "-a" family, list[i]
      if (kinds ~ /c/) for (p = 1; p < m; p++) print "live-" key "-c" family, list[i] "," portOf(ports[p], 2, 1)
    }
  }
  if (kinds ~ /h/) for (p = 1; p < m; p++) at_host(key, ports[p])
}
# "80/tcp/8080/0.0.0.0" and the places of protocol and port
function portOf(text, protocol, port, parts) { split(text, parts, "/"); return parts[protocol] ":" parts[port] }
function at_host(key, text, parts, ip) {
  split(text, parts, "/"); ip = parts[4]
  if (ip ~ /^127\./ || ip == "::1") return
  if (ip == "-" || ip == "0.0.0.0") { one(key, 4, "0.0.0.0/1", text); one(key, 4, "128.0.0.0/1", text) }
  if (ip == "-" || ip == "::") { one(key, 6, "::/1", text); one(key, 6, "8000::/1", text) }
  if (ip !~ /^(-|0\.0\.0\.0|::)$/) one(key, (ip ~ /:/) ? 6 : 4, ip, text)
}
function one(key, family, ip, text) { print "live-" key "-h" family, ip "," portOf(text, 2, 3) }
'

# The watcher ends by itself, and Docker is asked anew where it is needed again. Meanwhile it waits for its turn, or it would
# put back what goes.
containers_were_loaded() { [ -e "$RUN/loaded" ] || [ -e "$RUN/seats" ] || [ -e "$RUN/links" ]; }
forget_containers() {
  live_turn
  if ! remove_seats; then
    live_turn_over
    return 1
  fi
  # Names that stay behind open nothing: they must not keep rules from going.
  remove_links || log "the names of links could not be taken out of the hosts files"
  rm -f "$RUN/loaded" "$RUN/live" "$RUN/containers" "$RUN/repaired"
  live_turn_over
}

# A command to Docker that hangs must not keep the watcher from its work.
docker_says() { if command -v timeout >/dev/null 2>&1; then timeout 10 docker "$@"; else docker "$@"; fi; }

# Only where it runs: asking its socket would make systemd start it. One without root runs in a user namespace.
docker_runs() {
  [ -S /run/docker.sock ] || return 1
  pid=$(read_file /run/docker.pid 2>/dev/null)
  if [ -n "$pid" ] && [ -d "/proc/$pid" ]; then return; fi
  for comm in $(grep -lsx dockerd /proc/[0-9]*/comm); do
    if [ "$(readlink "${comm%comm}ns/user")" = "$(readlink /proc/self/ns/user)" ]; then return; fi
  done
  return 1
}

# What Docker says now; nothing, and 1, where it says nothing.
containers_ask() {
  docker_runs && running=$(docker_says ps -q --no-trunc 2>/dev/null) || return 1
  [ -n "$running" ] || return 0
  # shellcheck disable=SC2086 # one word each. Some of them may have ended meanwhile: the others are told.
  about=$(docker_says inspect --type container --format "$ABOUT_CONTAINER" $running 2>/dev/null)
  [ -n "$about" ] || return 1
  networks=$(known_containers | sed -n '/^D/p')
  if ! printf '%s\n%s\n' "$networks" "$about" | awk -F '\t' '
    $1 == "D" { known[$2] = 1 }
    $1 == "N" && !($3 in known) { strange = 1 }
    END { exit strange }
  '; then networks=$(docker_networks) || return 1; fi
  printf '%s\n' "$networks"
  if [ -e "$RUN/seats" ]; then
    echo G
    printf '%s\n' "$about" | seats_of
  fi
  printf '%s\n' "$about"
}

docker_networks() { docker_says network ls --no-trunc --format 'D{{"\t"}}{{.ID}}{{"\t"}}{{.Driver}}' 2>/dev/null; }

known_containers() { cat "$RUN/containers" 2>/dev/null; }

# While Docker is away: of what it said last, the containers that still run. It gives no address to anybody meanwhile.
containers_left() {
  [ -r "$RUN/containers" ] || return 0
  alive=
  while IFS='	' read -r kind id pid _; do
    if [ "$kind" = C ] && [ -d "/proc/$pid" ]; then alive="$alive $id"; fi
  done <"$RUN/containers"
  awk -F '\t' -v alive="$alive " '$1 ~ /^[DG]$/ || index(alive, " " $2 " ")' "$RUN/containers"
}

# look_at_containers: asks, and writes down what is known.
look_at_containers() {
  make_seats
  known=$(containers_ask) || known=$(containers_left)
  write_file "$RUN/containers" "$known"
}

# live_elements FOLDER <ABOUT: what its sets are to hold.
live_elements() { cat - "$1/containers" | awk "$LIVE_ELEMENTS" | sort -u; }

# live_nft VERB: elements as a transaction adds or deletes them.
live_nft() {
  awk -F '\t' -v verb="$1" '$0 != "" {
    if (split($2, parts, ",") > 1) { sub(/:/, " . ", parts[2]); $2 = parts[1] " . " parts[2] }
    print verb, "element inet cdkfw", $1, "{ " $2 " }"
  }'
}

# live_sets FOLDER: the names of its live sets, as nft knows them.
live_sets() {
  awk -F '\t' '$1 == "select" {
    for (i = 1; i <= length($3); i++) for (f = 4; f <= 6; f += 2) print "live-" $2 "-" substr($3, i, 1) f
  }' "$1/containers"
}

# held_elements FOLDER: what the kernel has in its sets, as live_elements puts it.
held_elements() {
  if [ -e "$1/nftables" ]; then
    { live_sets "$1"; echo '#table'; nft list table inet cdkfw 2>/dev/null; } | awk '
      $0 == "#table" { table = 1; next }
      !table { wanted[$1] = 1; next }
      /^\tset / { set = $2; next }
      /^\t}/ { set = ""; next }
      !(set in wanted) { next }
      /elements = / { inside = 1; sub(/.*elements = \{/, "") }
      inside {
        if (sub(/}.*/, "")) last = 1
        n = split($0, list, ",")
        for (i = 1; i <= n; i++) {
          gsub(/^[ \t]+|[ \t]+$/, "", list[i])
          if (list[i] == "") continue
          if (split(list[i], part, / \. /) == 3) list[i] = part[1] "," part[2] ":" part[3]
          print set "\t" list[i]
        }
        if (last) inside = last = 0
      }'
  else
    { live_sets "$1" | sed 's/^/cdkfw-/'; echo '#table'; ipset save 2>/dev/null; } | awk '
      $0 == "#table" { table = 1; next }
      !table { wanted[$1] = 1; next }
      $1 == "add" && ($2 in wanted) { print substr($2, 7) "\t" $3 }'
  fi | sort -u
}

# fill_live FOLDER: makes the loaded sets hold what is known of the containers.
fill_live() { close_seats && fill_sets "$1" && open_seats; }

# fill_live_anew FOLDER: whatever somebody else has made of them. To ask the kernel takes its time where sets are large.
fill_live_anew() {
  write_file "$RUN/live" "$(backend_of "$1")$NEWLINE$(held_elements "$1")"
  fill_live "$1"
}

# fill_sets FOLDER: what is no longer so goes, what is new comes, by nftables in one transaction. Where the sets are not
# what they were left as, they are filled from nothing.
fill_sets() {
  wanted=$(known_containers | live_elements "$1") || return 1
  ! live_is "$1" "$wanted" || return 0
  sets=$(live_sets "$1")
  before=
  if [ "$(read_file "$RUN/live")" = "$(backend_of "$1")" ]; then before=$(sed 1d "$RUN/live"); fi
  gone=$(live_differs "$sets" "$before" "$wanted")
  new=$(live_differs "$sets" "$wanted" "$before")
  if [ -e "$1/nftables" ]; then
    live_transaction "$gone" "$new" | nft -f - 2>/dev/null ||
      { printf '%s\n' "$sets" | sed 's/^/flush set inet cdkfw /' && live_transaction '' "$wanted"; } | nft -f - || return 1
  else
    live_restore "$gone" "$new" | ipset -exist restore 2>/dev/null ||
      { printf '%s\n' "$sets" | sed 's/^/flush cdkfw-/' && live_restore '' "$wanted"; } | ipset -exist restore || return 1
  fi
  write_file "$RUN/live" "$(backend_of "$1")$NEWLINE$wanted"
}

# live_differs SETS SOME OTHERS: the elements of these sets that are among some and not among others.
live_differs() {
  printf '%s\n#others\n%s\n#some\n%s\n' "$1" "$3" "$2" | awk -F '\t' '
    /^#/ { part = $0; next }
    part == "" { set[$0] = 1; next }
    part == "#others" { other[$0] = 1; next }
    ($1 in set) && !($0 in other)
  '
}
live_transaction() { printf '%s\n' "$1" | live_nft delete && printf '%s\n' "$2" | live_nft add; }
live_restore() { printf '%s\n' "$1" | live_ipset del && printf '%s\n' "$2" | live_ipset add; }
live_ipset() { awk -F '\t' -v verb="$1" '$0 != "" { print verb, "cdkfw-" $1, $2 }'; }

live_is() { [ "$(cat "$RUN/live" 2>/dev/null)" = "$(backend_of "$1")$NEWLINE$2" ]; }

# The watcher, and whoever loads or unloads, take turns: who reads what is known must load it before anybody knows better.
# 1 where somebody hangs who has it. That must not keep rules from going or coming: they matter more than that nobody knows
# better than the sets. The watcher tries again later.
live_turn() {
  { true >>"$RUN/live.lock"; } 2>/dev/null || return 0
  exec 6>>"$RUN/live.lock"
  read_uptime
  turn=$((uptime + MUTEX_WAIT))
  until flock -n 6; do
    read_uptime
    if [ "$uptime" -ge "$turn" ]; then
      log "somebody hangs, who has a turn at the sets of containers"
      return 1
    fi
    short_sleep
  done
}
live_turn_over() { exec 6>&-; }

# --- Docker's chains. In iptables nothing is decided before them that they could not decide otherwise. ---

# What the table `inet cdkfw` has accepted has this bit in its mark, and Docker is to let it pass: lib/render/nftables.
DOCKER_CHAINS='*filter
:CDKFW-ACCEPTED - [0:0]
#need DOCKER-USER
#hook DOCKER-USER CDKFW-ACCEPTED
#hook FORWARD CDKFW-ACCEPTED
-A CDKFW-ACCEPTED -m mark --mark 0x2000/0x2000 -m comment --comment "cdkfw: accepted by the table inet cdkfw" -j ACCEPT
COMMIT'

# load_docker_chains FOLDER: with nftables. Without iptables on the host, Docker can not use it either.
load_docker_chains() {
  if [ -e "$1/containers" ]; then chains=$DOCKER_CHAINS; else chains=; fi
  [ -n "$chains" ] || iptables_was_used || return 0
  for family in $(families); do
    command -v "$(tool "$family" -save)" >/dev/null 2>&1 || continue
    printf '%s\n' "$chains" | load_tables "$family" "" || return 1
  done
}

# docker_chains_stand FOLDER: whether packets meet our chain before Docker's rules, in both families.
docker_chains_stand() {
  if [ -e "$1/nftables" ]; then
    ours=CDKFW-ACCEPTED
    nft list tables 2>/dev/null | grep -qx 'table inet cdkfw' || return 1
  else ours=CDKFW-FORWARD; fi
  for family in $(families); do
    filter=$(tool "$family" "")
    command -v "$filter" >/dev/null 2>&1 || continue
    for chain in FORWARD DOCKER-USER; do
      [ "$("$filter" -w "$XTABLES_WAIT" -S "$chain" 1 2>/dev/null)" = "-A $chain -j $ours" ] || return 1
    done
  done
}

# --- Bridges: what passes between two containers on one is netfilter's only where the kernel is told so. ---

# call_netfilter FOLDER
call_netfilter() {
  if ! [ -e /proc/sys/net/bridge ]; then
    modprobe -q br_netfilter 2>/dev/null || return 0
    # Other bridges, of virtual machines say, stay as they were.
    for table in ip ip6; do echo 0 >"/proc/sys/net/bridge/bridge-nf-call-${table}tables"; done
  fi 2>/dev/null
  for switch in $(netfilter_switches "$1"); do echo 1 >"$switch"; done 2>/dev/null
  return 0
}

# netfilter_switches FOLDER: the switches of its bridges, where the whole host is not set so.
netfilter_switches() {
  for table in ip ip6; do
    [ "$(read_file "/proc/sys/net/bridge/bridge-nf-call-${table}tables" 2>/dev/null)" = 0 ] || continue
    for pattern in $(sed -n 's/^bridge	//p' "$1/containers"); do
      for switch in /sys/class/net/$pattern/bridge/nf_call_${table}tables; do if [ -e "$switch" ]; then echo "$switch"; fi; done
    done
  done
}
