# --- The kernel's rules by iptables and ipset. Only CDKFW-* chains, the jumps to them, and cdkfw-* sets are touched. ---

IPTABLES_TOOLS='iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore ipset'

# Early at boot the module may not be there yet, and the rules must be before it is.
has_ipv6() { [ -e /proc/net/if_inet6 ] || { modprobe -q ipv6 2>/dev/null && [ -e /proc/net/if_inet6 ]; }; }
families() { if has_ipv6; then echo 4 6; else echo 4; fi; }
tool() { if [ "$1" = 4 ]; then echo "iptables$2"; else echo "ip6tables$2"; fi; }

# Reads what `iptables-save` prints and then a generation's text, and prints what makes the second of the first, in one
# transaction per table: our chains filled anew, our jumps first in the kernel's chains, what is no longer wanted gone.
MERGE_TABLES='
function ours(chain) { return chain ~ /^CDKFW-/ }
function target_of(line, words, n, i) {
  gsub(/"([^"\\]|\\.)*"/, "quoted", line)
  n = split(line, words, " ")
  for (i = 3; i < n; i++) if (words[i] == "-j" || words[i] == "-g") return words[i + 1]
  return ""
}
FNR == 1 { file++ }
/^\*/ { table = substr($0, 2); if (!(table in seen)) { seen[table] = 1; order[++tables] = table } }
file == 1 && /^:/ { if (ours(substr($1, 2))) live[table, ++lives[table]] = substr($1, 2) }
file == 1 && /^-A / {
  if (!ours($2)) {
    count[table, $2]++
    if (ours(target_of($0))) {
      jump[table, ++jumps[table]] = $0
      if ($0 == "-A " $2 " -j " $4 && NF == 4) { plain[table, $2, $4]++; at[table, $2, $4] = count[table, $2] }
    }
  }
}
file == 2 && /^:/ { wanted[table, substr($1, 2)] = 1; head[table] = head[table] $0 "\n" }
file == 2 && /^#hook / { hook[table, $2] = $3; hooks[table, ++hooked[table]] = $2; used[table, "-A " $2 " -j " $3] = 1 }
file == 2 && /^#unless-bridge / {
  if (index(bridges, " " $2 " ") == 0) { sub(/^#unless-bridge [^ ]+ /, ""); body[table] = body[table] $0 "\n" }
}
file == 2 && /^-A / { body[table] = body[table] $0 "\n" }
END {
  for (t = 1; t <= tables; t++) {
    table = order[t]; out = head[table]; stale = ""
    for (i = 1; i <= lives[table]; i++) {
      chain = live[table, i]
      if (!((table, chain) in wanted)) { out = out ":" chain " - [0:0]\n"; stale = stale "-X " chain "\n" }
    }
    out = out body[table]
    for (i = 1; i <= jumps[table]; i++) {
      line = jump[table, i]; split(line, w, " "); from = w[2]; to = hook[table, from]
      if ((table, line) in used && plain[table, from, to] == 1 && at[table, from, to] == 1) { inplace[table, from] = 1; continue }
      sub(/^-A/, "-D", line); out = out line "\n"
    }
    for (i = 1; i <= hooked[table]; i++) {
      from = hooks[table, i]
      if (!((table, from) in inplace)) out = out "-I " from " 1 -j " hook[table, from] "\n"
    }
    out = out stale
    if (out != "") printf "*%s\n%sCOMMIT\n", table, out
  }
}'

# merged_tables FAMILY TEXT-FILE BRIDGES
merged_tables() {
  "$(tool "$1" -save)" >"$WORK/live.$1" || return 1
  # awk tells the two files apart by their first lines: an empty one has none.
  [ -s "$WORK/live.$1" ] || echo '# nothing' >"$WORK/live.$1"
  awk -v bridges=" $3 " "$MERGE_TABLES" "$WORK/live.$1" "$2"
}

load_tables() {
  merged_tables "$1" "$2" "$3" >"$WORK/load.$1" || return 1
  "$(tool "$1" -restore)" --noflush -w "$XTABLES_WAIT" <"$WORK/load.$1"
}

# Sets of the same generation may stand already: fill new ones beside them, and swap.
load_sets() {
  [ -s "$1" ] || return 0
  ipset list -n >"$WORK/sets" || return 1
  awk '
    FILENAME == sets { stands[$1] = 1; next }
    $1 == "create" && ($2 in stands) { fresh[++n] = $2 }
    { if ($2 in stands) $2 = "x" $2; print }
    END { for (i = 1; i <= n; i++) printf "swap x%s %s\ndestroy x%s\n", fresh[i], fresh[i], fresh[i] }
  ' sets="$WORK/sets" "$WORK/sets" "$1" >"$WORK/load.sets"
  for left in $(sed -n 's/^\(xcdkfw-[^ ]*\)$/\1/p' "$WORK/sets"); do ipset destroy "$left"; done
  ipset restore <"$WORK/load.sets"
}

# destroy_sets FILE: all of ours that the file does not create. The kernel refuses to destroy one that is in use.
destroy_sets() {
  command -v ipset >/dev/null 2>&1 || return 0
  for set in $(ipset list -n 2>/dev/null | sed -n '/^x\{0,1\}cdkfw-/p'); do
    grep -q "^create $set " "$1" 2>/dev/null || ipset destroy "$set" 2>/dev/null || :
  done
}

# The interfaces of a generation that are bridges, now or, where one is not there yet at boot, when it was applied.
bridges_of() {
  for interface in $(sed -n 's/^#unless-bridge \([^ ]*\) .*/\1/p' "$1/iptables.v4" | sort -u); do
    if [ -e "/sys/class/net/$interface" ]; then
      if [ -d "/sys/class/net/$interface/bridge" ]; then echo "$interface"; fi
    else
      grep -x -F -e "$interface" "$1/bridges" 2>/dev/null || :
    fi
  done | tr '\n' ' '
}

# load_iptables FOLDER: makes the kernel's rules those of a generation.
load_iptables() {
  bridges=$(bridges_of "$1")
  load_sets "$1/ipset" || return 1
  for family in $(families); do load_tables "$family" "$1/iptables.v$family" "$bridges" || return 1; done
  destroy_sets "$1/ipset"
}

record_bridges() { bridges_of "$1" | tr ' ' '\n' >"$1/bridges"; }

# unload_iptables: none of our rules.
unload_iptables() {
  : >"$WORK/nothing"
  for family in $(families); do
    command -v "$(tool "$family" -save)" >/dev/null 2>&1 || continue
    load_tables "$family" "$WORK/nothing" "" || return 1
  done
  destroy_sets "$WORK/nothing"
}

# Which of our rules stand in the kernel, as one digest. Neither counters count nor the order of the chains, which
# tells only in what order they were made.
live_digest() {
  {
    for family in $(families); do
      echo "family $family"
      "$(tool "$family" -save)" 2>/dev/null |
        awk '/^\*/ { table = $1 } /CDKFW-/ { sub(/ \[[0-9]*:[0-9]*\]$/, ""); sub(/^:/, ":- "); print table, $2, $0 }' |
        sort -s -k 1,2
    done
    # The rest of a `create` line is the kernel's: sizes that grow, a seed by chance.
    ipset save 2>/dev/null | sed -n -e '/^[a-z]* cdkfw-/{s/ hashsize .*//;p;}' | sort
  } | sha256sum | cut -c 1-64
}

