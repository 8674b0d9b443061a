# --- The kernel's rules by nftables. Only the table `inet cdkfw` is touched. ---
#
# A packet that walks a chain meets the rules of before or those of after, whole. What lies beside the rules is not so: in
# the moment in which a transaction ends, new rules find nothing in a set of intervals that was made with them (measured:
# Linux 6.18), and a hook with an old and a new chain may find both empty. So where a table stands, the sets come first,
# the rules then take turns in the chains that stand, and the old sets go last. The new sets stand beside the old ones:
# every second load puts `b.` before their names.

# Reads how our table stands, a line `#wanted`, and a generation's text; prints three transactions, parted by a character that no
# text holds. There may be nothing to do in the first and the last.
REPLACE_TABLE='
function head_of(line, i) { i = index(line, " comment \""); return i ? substr(line, 1, i - 1) : line }
function renamed(line, head, words, n, i, name, out) {
  head = head_of(line)
  n = split(head, words, /[ ]/)
  for (i = 1; i <= n; i++) {
    if (substr(words[i], 1, 1) == "@" && (substr(words[i], 2) in made)) words[i] = "@" fresh substr(words[i], 2)
    else if (i > 1 && words[i - 1] == "name") {
      name = words[i]; gsub(/"/, "", name)
      if (name in made) words[i] = "\"" fresh name "\""
    }
    out = out (i > 1 ? " " : "") words[i]
  }
  return out substr(line, length(head) + 1)
}
!wanting && $0 == "#wanted" { wanting = 1; fresh = last == "b." ? "" : "b."; next }
!wanting {
  if (/^\tchain /) stands[$2] = 1
  else if (/^\tset live-/) held[$2] = 1 # of containers: they stay, with what the host has filled in
  else if (/^\t(set|limit) /) there[$1 " inet cdkfw " $2] = $2
  else if (/^\t[a-z]/) exit 1 # none of ours: only all of it can be replaced
  else if (head_of($0) ~ / (@|name ")b\./) last = "b."
  next
}
/^\tset live-/ { kept[$2] = 1; if ($2 in held) skipping = 1; else inside = 1 }
skipping { if (/^\t}/) skipping = 0; next }
/^\t(set|limit) / && !inside { made[$2] = 1; inside = 1; $0 = "\t" $1 " " fresh $2 " {" }
inside { sets[++m] = $0; if (/^\t}/) inside = 0; next }
/^\tchain / { wanted[$2] = 1; on = 1 }
on { rules[++n] = renamed($0) }
END {
  if (!wanting) exit 1
  for (thing in there) if ((there[thing] ~ /^b\./) == (fresh == "b.")) print "delete", thing
  if (m > 0) print "table inet cdkfw {"
  for (i = 1; i <= m; i++) print sets[i]
  if (m > 0) print "}"
  print "\034flush table inet cdkfw"
  for (chain in stands) if (!(chain in wanted)) print "delete chain inet cdkfw", chain
  print "table inet cdkfw {"
  for (i = 1; i <= n; i++) print rules[i]
  printf "\034"
  for (thing in there) if ((there[thing] ~ /^b\./) != (fresh == "b.")) print "delete", thing
  for (name in held) if (!(name in kept)) print "delete set inet cdkfw", name
}'

# nftables_text FOLDER: our table as this host loads it. A rule for interfaces that are no bridges, and the chain for what
# others would refuse later, are comments to nft until their marks are taken off.
nftables_text() {
  find_bridges "$1"
  find_passes "$1"
  awk -v bridges=" $bridges " -v pass="${passes:+yes}" '
    $1 == "#when-refused-later" { if (pass == "") next; sub(/^\t#when-refused-later /, "") }
    $1 == "#unless-bridge" { if (index(bridges, " " $2 " ") > 0) next; sub(/#unless-bridge [^ ]+ /, "") }
    { print }
  ' "$1/nftables"
}

# load_nftables FOLDER: makes our table that of a generation.
load_nftables() {
  table_text=$(nftables_text "$1") || return 1
  [ -e "$1/containers" ] || { replace_nftables "$table_text" || printf '%s\n' "$table_text" | nft -f -; return; }
  elements=$(known_containers | live_elements "$1" | live_nft add) || return 1
  replace_nftables "$table_text" "$elements" || printf '%s\n%s\n' "$table_text" "$elements" | nft -f - || return 1
  [ -n "$REHEARSING" ] || fill_live_anew "$1"
}

# replace_nftables TEXT [ELEMENTS]: where our table stands. It fails where somebody changed more in it than rules and sets.
# The elements are those of sets that the host fills in: they come with the sets.
replace_nftables() (
  live=$(nft -t list table inet cdkfw 2>/dev/null) || exit 1
  plan=$(printf '%s\n#wanted\n%s\n' "$live" "$1" | awk "$REPLACE_TABLE") || exit 1
  elements=${2:-}
  set -f
  IFS=$(printf '\034')
  # shellcheck disable=SC2086 # it is to be parted
  set -- $plan
  set -- "$1$elements" "$2" "${3:-}"
  for transaction in "$@"; do
    [ -z "$transaction" ] || printf '%s\n' "$transaction" | nft -f - 2>/dev/null || exit 1
  done
)

# Reads the text that was loaded, and what `live_rules` prints; 1 where a chain has not the same rules by their origins and
# in their order, or another policy, and where a set has elements in only one of both, or not as many that tell an origin.
WHOLE_TABLE='
!live && /^\t[a-z]/ { block = $1 " " $2 }
live { i = index($0, "\t"); block = substr($0, 1, i - 1); $0 = substr($0, i + 1) }
/^\t[a-z]/ { stands[live, block] = 1; blocks[block] = 1 }
/^\t\t/ && block ~ /^chain / {
  i = / policy / ? index($0, " policy ") : index($0, " comment \"")
  rules[live, block] = rules[live, block] "\n" (i ? substr($0, i) : "")
}
/^\t\telements = / { rules[live, block] = "elements" }
block ~ /^set / { origins[live, block] += gsub(/ comment "/, "") }
END {
  for (block in blocks) {
    if (stands[1, block] != stands["", block] || rules[1, block] != rules["", block]) exit 1
    if (origins[1, block] + 0 != origins["", block] + 0) exit 1
  }
}'

# nftables_whole FILE RULES: the file holds the text.
nftables_whole() { printf '%s\n' "$2" | awk "$WHOLE_TABLE" "$1" live=1 -; }

nftables_stands() { nft -t list table inet cdkfw >/dev/null 2>&1; }
unload_nftables() { if nftables_stands; then nft delete table inet cdkfw; fi; }

# Our table as the kernel holds it, without counters, without the sources that its counts have met, and whatever the order
# in which it was made. nft prints moments in the time zone of whoever asks.
live_nftables() {
  # Nor what the host has filled in of containers: they come and go.
  TZ=UTC nft -s list table inet cdkfw 2>/dev/null | awk '
    /^[^\t]/ || !NF { next }
    { i = index($0, " comment \""); head = i ? substr($0, 1, i - 1) : $0; rest = substr($0, length(head) + 1)
      gsub(/ @b\./, " @", head); gsub(/ name "b\./, " name \"", head)
      if (/^\t(set|limit) b\./) sub(/ b\./, " ", head)
      $0 = head rest }
    /^\t[a-z]/ { block = $1 " " $2 }
    /^\tset / { set = ""; dynamic = 0; elements = 0 }
    /^\tset live-/ { dynamic = 1 }
    /^\t\tflags .*dynamic/ { dynamic = 1 }
    dynamic && /^\t\telements = / { elements = 1 }
    elements { if (/}$/) elements = 0; next }
    { print block "\t" $0 }
  ' | sort -s -t "$(printf '\t')" -k 1,1
}

# Everything of ours but SSH: see 60-safe.sh.
safe_nftables() {
  printf '%s\n' 'table inet cdkfw' 'delete table inet cdkfw' 'table inet cdkfw {' \
    'chain safe-input { type filter hook input priority filter - 10; policy drop;' \
    'iifname "lo" accept; ct state established,related accept; meta l4proto { icmp, ipv6-icmp } accept' \
    "tcp dport { $1 } accept comment \"cdkfw: safe rules\"; }" \
    'chain safe-forward { type filter hook forward priority filter - 10; policy drop; ct state established,related accept; }' \
    '}'
}
