# --- The kernel's rules by iptables and ipset. Only CDKFW-* chains, the jumps to them, and cdkfw-* sets are touched. ---
#
# Texts for the loaders are put together in memory: a rollback needs no room on any disk.

IPTABLES_TOOLS='iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore ipset'

# Early at boot the module may not be there yet, and the rules must be before it is.
has_ipv6() { [ -e /proc/net/if_inet6 ] || { modprobe -q ipv6 2>/dev/null && [ -e /proc/net/if_inet6 ]; }; }
has_family() { [ "$1" = 4 ] || has_ipv6; }
families() { if has_ipv6; then echo 4 6; else echo 4; fi; }

# Which iptables, where the host has two: `-legacy`, `-nft`, or the one that the host calls iptables.
VARIANT=
# tool FAMILY SUFFIX
tool() { if [ "$1" = 4 ]; then echo "iptables$VARIANT$2"; else echo "ip6tables$VARIANT$2"; fi; }

# What both programs on `iptables-save`'s output know: a comment or a log prefix may hold what looks like a jump.
AWK_RULES='
function ours(chain) { return chain ~ /^CDKFW-/ }
function target_of(line, words, n, i) {
  gsub(/"([^"\\]|\\.)*"/, "quoted", line)
  n = split(line, words, " ")
  for (i = 3; i < n; i++) if (words[i] == "-j" || words[i] == "-g") return words[i + 1]
  return ""
}
/^\*/ { table = substr($0, 2) }
'

# Reads a generation's text, a line `#live`, and what `iptables-save` prints; prints what makes the first of the second,
# in one transaction per table: our chains filled anew, our jumps first in the kernel's chains, what is no longer wanted gone.
MERGE_TABLES=$AWK_RULES'
BEGIN { wanting = 1 }
wanting && /^#live$/ { wanting = 0; next }
/^\*/ { if (!(table in seen)) { seen[table] = 1; order[++tables] = table } }
wanting && /^:/ { wanted[table, substr($1, 2)] = 1; head[table] = head[table] $0 "\n" }
wanting && /^#hook / { hook[table, $2] = $3; hooks[table, ++hooked[table]] = $2; used[table, "-A " $2 " -j " $3] = 1 }
wanting && /^#need / { need[table] = $2 }
wanting && /^#unless-bridge / {
  if (index(bridges, " " $2 " ") == 0) { sub(/^#unless-bridge [^ ]+ /, ""); rule[table, ++rules[table]] = $0 }
  next
}
wanting && /^-A / { rule[table, ++rules[table]] = $0 }
!wanting && /^:/ { stands[table, substr($1, 2)] = 1 }
!wanting && /^:/ { if (ours(substr($1, 2))) live[table, ++lives[table]] = substr($1, 2) }
!wanting && /^-A / {
  if (!ours($2)) {
    count[table, $2]++
    if (ours(target_of($0))) {
      jump[table, ++jumps[table]] = $0
      if ($0 == "-A " $2 " -j " $4) { plain[table, $2, $4]++; at[table, $2, $4] = count[table, $2] }
    }
  }
}
END {
  for (t = 1; t <= tables; t++) {
    table = order[t]; chains = head[table]; out = ""; stale = ""
    # Only where it is missing: the line would empty it.
    if ((table in need) && !((table, need[table]) in stands)) chains = chains ":" need[table] " - [0:0]\n"
    for (i = 1; i <= lives[table]; i++) {
      chain = live[table, i]
      if (!((table, chain) in wanted)) { chains = chains ":" chain " - [0:0]\n"; stale = stale "-X " chain "\n" }
    }
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
    if (chains == "" && rules[table] + 0 == 0 && out == "") continue
    printf "*%s\n%s", table, chains
    # Line by line: to put thousands into one text takes time by their square.
    for (i = 1; i <= rules[table]; i++) print rule[table, i]
    printf "%sCOMMIT\n", out
  }
}'

# load_tables FAMILY BRIDGES <TEXT: makes our part of a family's tables that of the text; of no text, nothing.
load_tables() {
  live=$("$(tool "$1" -save)") || return 1
  load=$({ cat && printf '#live\n%s\n' "$live"; } | awk -v bridges=" $2 " "$MERGE_TABLES") || return 1
  [ -n "$load" ] || return 0
  printf '%s\n' "$load" | "$(tool "$1" -restore)" --noflush -w "$XTABLES_WAIT"
}

OUR_SETS='/^x\{0,1\}cdkfw-[A-Za-z0-9-]*$/p'

# load_sets FILE. Sets of the same generation may stand already: fill new ones beside them, and swap.
load_sets() {
  [ -s "$1" ] || return 0
  standing=$(ipset list -n) || return 1
  for left in $(printf '%s\n' "$standing" | sed -n '/^xcdkfw-[A-Za-z0-9-]*$/p'); do ipset destroy "$left"; done
  load=$({ printf '%s\n#wanted\n' "$standing" && cat "$1"; } | awk '
    $0 == "#wanted" { wanting = 1; next }
    !wanting { stands[$1] = 1; next }
    # Filled by the host, and of no generation: what stands stays.
    $2 ~ /^cdkfw-live-/ && ($2 in stands) { next }
    $1 == "create" && ($2 in stands) { fresh[++n] = $2 }
    { if ($2 in stands) $2 = "x" $2; print }
    END { for (i = 1; i <= n; i++) printf "swap x%s %s\ndestroy x%s\n", fresh[i], fresh[i], fresh[i] }
  ') || return 1
  printf '%s\n' "$load" | ipset restore
}

# destroy_sets FILE: all of ours that the file does not create.
destroy_sets() {
  kept=
  for set in $(sed -n 's/^create \([^ ]*\) .*/\1/p' "$1" 2>/dev/null); do kept="$kept $set"; done
  unused=
  for set in $(ipset list -n 2>/dev/null | sed -n "$OUR_SETS"); do
    case "$kept " in *" $set "*) ;; *) unused="$unused $set" ;; esac
  done
  for set in $unused; do
    # The kernel lets go of the rules that named it a moment after it took them out.
    for _ in 1 2 3 4 5; do
      if ipset destroy "$set" 2>/dev/null; then break; fi
      short_sleep
    done
  done
}

# The bridges that there are, and, where one is not there yet at boot, those of when the generation was applied.
# Sets $bridges.
find_bridges() {
  bridges=
  for bridge in /sys/class/net/*/bridge; do
    bridge=${bridge%/bridge}
    if [ -d "$bridge/bridge" ]; then bridges="$bridges ${bridge##*/}"; fi
  done
  if [ ! -r "$1/bridges" ]; then return; fi
  while IFS= read -r interface; do [ -e "/sys/class/net/$interface" ] || bridges="$bridges $interface"; done <"$1/bridges"
}

# load_iptables FOLDER: makes the kernel's rules those of a generation.
load_iptables() {
  for text in ipset iptables.v4 iptables.v6; do
    if [ ! -r "$1/$text" ]; then
      echo "$1/$text is missing" >&2
      return 1
    fi
  done
  find_bridges "$1"
  load_sets "$1/ipset" || return 1
  if [ -e "$1/containers" ] && [ -z "$REHEARSING" ]; then fill_live_anew "$1" || return 1; fi
  for family in $(families); do load_tables "$family" "$bridges" <"$1/iptables.v$family" || return 1; done
  unload_other_iptables
  destroy_sets "$1/ipset"
}

# shellcheck disable=SC2086 # names of interfaces hold no blank
record_bridges() {
  find_bridges "$1"
  [ -z "$bridges" ] || bridges=$(printf '%s\n' $bridges)
  write_list "$1/bridges" "$bridges"
}

# unload_iptables: none of our rules.
unload_iptables() {
  for family in $(families); do
    command -v "$(tool "$family" -save)" >/dev/null 2>&1 || continue
    load_tables "$family" "" </dev/null || return 1
  done
  unload_other_iptables
  if command -v ipset >/dev/null 2>&1; then destroy_sets /dev/null; fi
}

# With nftables: what a generation before had by the other.
unload_iptables_sets() {
  iptables_was_used || return 0
  unload_other_iptables
  if command -v ipset >/dev/null 2>&1; then destroy_sets /dev/null; fi
}

# Where the host was switched from one iptables to the other, what we had loaded by the first goes on to decide.
unload_other_iptables() {
  # Empty where nobody has ever used the legacy one: then there is only one.
  { read -r _ </proc/net/ip_tables_names; } 2>/dev/null || return 0
  case $(iptables -V 2>/dev/null) in *nf_tables*) other=-legacy ;; *) other=-nft ;; esac
  for family in $(families); do
    (
      VARIANT=$other
      if command -v "$(tool "$family" -save)" >/dev/null 2>&1; then load_tables "$family" "" </dev/null; fi
    ) || log "rules of ours stand in iptables$other and could not be removed"
  done
}

# Which of our rules stand in the kernel, whether our jumps come first, and what our sets hold. Neither counters count nor
# the order of the chains, which tells only in what order they were made.
live_iptables() {
  for family in $(families); do
    echo "#family $family"
    "$(tool "$family" -save)" 2>/dev/null
  done | awk "$AWK_RULES"'
    /^#family / { family = $2 }
    /^\*/ { split("", count) }
    /^:CDKFW-/ { print family, table, substr($1, 2), "chain" }
    /^-A / {
      count[$2]++
      if (ours($2)) print family, table, $2, $0
      else if (ours(target_of($0))) print family, table, $2, (count[$2] == 1 ? "first" : "behind"), $0
    }
  ' | sort -s -k 1,3
  # The rest of a `create` line is the kernel's own: sizes that grow, a seed by chance.
  ipset save 2>/dev/null | sed -n -e '/^add cdkfw-live-/d' \
    -e '/^[a-z]* cdkfw-/{s/ hashsize .*//;s/ packets [0-9]* bytes [0-9]*//;p;}' | sort
}
