# --- Seats: an address is a container's only behind the interface that the container has. ---
#
# Docker gives the address of a container that has ended to the next one, sooner than anybody can be told. So where nft and
# iproute2 are there, a table of the bridges lets packets to and from an address pass only by the interface of the container
# that is known to have it. A new container with that address has another interface, and is cut off until the sets are right:
#
#     close: the seats of those that are gone go; new addresses are known, and have no seat yet
#     fill the sets
#     open: the new seats come; addresses that nobody has are forgotten
#
#   /run/cdkfw/seats         what the table was filled with; there only while the table is

SEATS_TABLE='table bridge cdkfw {
	set known-4 { type ipv4_addr; }
	set known-6 { type ipv6_addr; }
	set seats-4 { type ipv4_addr . ifname; }
	set seats-6 { type ipv6_addr . ifname; }
	chain from-container {
		type filter hook prerouting priority 0; policy accept;
		ip saddr @known-4 ip saddr . iifname != @seats-4 counter drop comment "cdkfw: not the container that has it"
		ip6 saddr @known-6 ip6 saddr . iifname != @seats-6 counter drop comment "cdkfw: not the container that has it"
	}
	chain to-container {
		type filter hook postrouting priority 0; policy accept;
		ip daddr @known-4 ip daddr . oifname != @seats-4 counter drop comment "cdkfw: not the container that has it"
		ip6 daddr @known-6 ip6 daddr . oifname != @seats-6 counter drop comment "cdkfw: not the container that has it"
	}
}'

seats_table_stands() { nft list tables bridge 2>/dev/null | grep -qx 'table bridge cdkfw'; }
seats_stand() { [ -e "$RUN/seats" ] && seats_table_stands; }

# make_seats: where the host can. A kernel without tables of bridges has none, and is the slower for it.
make_seats() {
  for needed in nft ip nsenter; do command -v "$needed" >/dev/null 2>&1 || return 0; done
  if seats_stand; then return; fi
  printf 'table bridge cdkfw\ndelete table bridge cdkfw\n%s\n' "$SEATS_TABLE" | nft -f - 2>/dev/null || return 0
  write_file "$RUN/seats" ''
}

# The table goes first, and whether it is there is asked of the kernel: a table that nobody knew of any more would cut new
# containers off for good.
remove_seats() {
  if seats_table_stands; then nft delete table bridge cdkfw || return 1; fi
  rm -f "$RUN/seats"
}

# seats_of <ABOUT: which interface of the host leads to each container's, a line for each: V <TAB> ID <TAB> KEY <TAB> MAC
# <TAB> INTERFACE. What is known already of a container that has not been connected to another network is not asked again.
seats_of() {
  {
    known_containers
    echo '#now'
    cat
  } | awk -F '\t' '
    $1 == "#now" { now = 1; next }
    !now { if ($1 == "V") told[$2 "\t" $3] = told[$2 "\t" $3] $0 "\n"; next }
    $1 == "C" { ids[++n] = $2; pid[$2] = $3; key[$2] = $3 }
    $1 == "N" { key[$2] = key[$2] ":" substr($3, 1, 12) }
    END {
      for (i = 1; i <= n; i++) {
        one = ids[i] "\t" key[ids[i]]
        if (one in told) printf "%s", told[one]; else print "ask\t" one "\t" pid[ids[i]]
      }
    }
  ' | while IFS='	' read -r kind id key mac interface; do
    if [ "$kind" = V ]; then
      printf 'V\t%s\t%s\t%s\t%s\n' "$id" "$key" "$mac" "$interface"
    elif [ "${mac:-0}" -gt 0 ]; then # the process, there
      { nsenter -t "$mac" -n ip -o link 2>/dev/null; grep . /sys/class/net/*/ifindex; } | awk -v id="$id" -v key="$key" '
        /^\/sys\// { split($0, p, "/"); split(p[6], q, ":"); name[q[2]] = p[5]; next }
        match($2, /@if[0-9]+:$/) { for (i = 3; i < NF; i++) if ($i == "link/ether") peer[$(i + 1)] = substr($2, RSTART + 3, RLENGTH - 4) }
        END { for (mac in peer) if (peer[mac] in name) printf "V\t%s\t%s\t%s\t%s\n", id, key, mac, name[peer[mac]] }
      '
    fi
  done
}

# What the table is to hold: SET <TAB> ELEMENT.
SEATS='
BEGIN { FS = OFS = "\t" }
$1 == "D" { driver[$2] = $3 }
$1 == "V" { interface[$2, $4] = $5 }
$1 == "N" && driver[$3] == "bridge" { take($2, 4, $5, $7); take($2, 6, $6, $7) }
function take(id, family, address, mac) {
  if (address == "-") return
  print "known-" family, address
  if ((id, mac) in interface) print "seats-" family, address " . \"" interface[id, mac] "\""
}'

wanted_seats() {
  known_containers | awk "$SEATS" | sort -u
}

close_seats() {
  seats_stand || return 0
  {
    only_in "$(grep '^seats' "$RUN/seats")" "$(wanted_seats)" | in_seats delete
    only_in "$(wanted_seats | grep '^known')" "$(cat "$RUN/seats")" | in_seats add
  } | nft -f - || make_seats_anew
}

open_seats() {
  seats_stand || return 0
  wanted=$(wanted_seats)
  {
    only_in "$(printf '%s\n' "$wanted" | grep '^seats')" "$(cat "$RUN/seats")" | in_seats add
    only_in "$(grep '^known' "$RUN/seats")" "$wanted" | in_seats delete
  } | nft -f - || make_seats_anew || return 1
  write_file "$RUN/seats" "$wanted"
}

# Somebody has changed it: all that is known, and nothing has a seat.
make_seats_anew() {
  {
    printf 'table bridge cdkfw\ndelete table bridge cdkfw\n%s\n' "$SEATS_TABLE"
    wanted_seats | grep '^known' | in_seats add
  } | nft -f - && write_file "$RUN/seats" "$(wanted_seats | grep '^known')"
}

in_seats() { awk -F '\t' -v verb="$1" '$0 != "" { print verb, "element bridge cdkfw", $1, "{ " $2 " }" }'; }

# only_in SOME OTHERS: the lines of the one that are none of the other.
only_in() {
  printf '%s\n#some\n%s\n' "$2" "$1" | awk '$0 == "#some" { some = 1; next } !some { other[$0] = 1; next } !($0 in other)'
}
