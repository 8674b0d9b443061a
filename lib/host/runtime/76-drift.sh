# --- Drift: the kernel's rules held against the committed generation's, and what others have put in their way since. ---

# Reads two dumps as `live_rules` prints them, parted by a line `#live`; prints every chain and set that differs, as it is
# wanted and as it stands: want|have BLOCK <TAB> LINE.
DIFFERING_BLOCKS='
BEGIN { side = "want" }
$0 == "#live" { side = "have"; next }
$0 == "" || /^pass / { next }
{
  if (/^[46] /) { block = $1 " " $2 " " $3; line = substr($0, length(block) + 2) }
  else if (/^(create|add) /) { block = "set " $2; line = $0 }
  else { i = index($0, "\t"); block = substr($0, 1, i - 1); line = substr($0, i + 1) }
  if (!(block in known)) { known[block] = 1; blocks[++n] = block }
  lines[side, block, ++count[side, block]] = line
}
END {
  for (b = 1; b <= n; b++) {
    block = blocks[b]; most = count["want", block] + 0; differs = most != count["have", block] + 0
    for (i = 1; i <= most && !differs; i++) differs = lines["want", block, i] != lines["have", block, i]
    if (!differs) continue
    for (i = 1; i <= most; i++) print "want " block "\t" lines["want", block, i]
    for (i = 1; i <= count["have", block]; i++) print "have " block "\t" lines["have", block, i]
  }
}'

say_lines() { sed "s/^/@cdkfw:$TOKEN /"; }

drift() {
  state=pending
  rules=
  if [ ! -d "$RUN" ] || try_mutex drift; then
    if [ -d "$RUN" ]; then recover; fi
    committed=$(committed_generation)
    if [ "$committed" = none ]; then state=none; elif [ ! -d "$CHANGE" ]; then state=committed; fi
    rules=$(live_rules)
    release_mutex
  else committed=$(committed_generation); fi
  say state "$state"
  say generation "$committed"
  folder=$STATE/generations/$committed
  if [ "$state" = committed ]; then
    drift_of_kernel "$folder" "$rules"
    drift_of_strangers "$folder"
    is_whole "$folder" || say altered
    boot_stands || say unbooted "$(boot_kind)"
    passes_settled "$folder" || say warning not-passing
  fi
  if safe_rules_stand "$rules"; then say safe yes; fi
  if [ "$committed" != none ]; then sed 's/^/line /' "$folder/policy.txt" | say_lines; fi
  say end 0
}

# drift_of_kernel FOLDER RULES: the same rules, loaded in a network of their own by the same tools, are what is wanted.
drift_of_kernel() {
  digest_of "$2"
  if says "$1/live" "$digest"; then
    say kernel same
    return
  fi
  wanted=$(rehearse "$1" live_rules 2>/dev/null) || wanted=
  if [ -z "$wanted" ]; then
    say kernel unknown
    return
  fi
  differing=$(printf '%s\n#live\n%s\n' "$wanted" "$2" | awk "$DIFFERING_BLOCKS")
  if [ -z "$differing" ]; then say kernel same; else say kernel differs; fi
  printf '%s\n' "$differing" | sed '/^$/d' | say_lines
}

# strangers FOLDER: what others have in our hooks' way that decides about packets of ours, a line each:
#   policy TABLE CHAIN | rule TABLE CHAIN <TAB> RULE | before TABLE CHAIN <TAB> RULE
# That is, chains beside ours that drop what none of their rules accepts, rules of theirs that refuse, and by iptables
# everything that comes before our jumps. What their own chains do further on is theirs: ban lists come and go.
strangers() {
  backend=$(backend_of "$1")
  looked
  nftables_strangers "$backend"
  for family in 4 6; do
    legacy=
    if legacy_in_use "$family"; then legacy=$(legacy_tool "$family"); fi
    if [ -n "$legacy" ] && ! { [ "$backend" = iptables ] && comes_first "$legacy" filter INPUT; }; then
      "$legacy" -w "$XTABLES_WAIT" -S 2>/dev/null | awk -v tool="$legacy" '
        $2 !~ /^(INPUT|FORWARD)$/ { next }
        $1 == "-P" && $3 == "DROP" { print "policy", tool, "filter", $2 }
        $1 == "-A" && / -j (DROP|REJECT)/ { print "rule", tool, "filter", $2 "\t" $0 }'
    fi
    { [ "$backend" = iptables ] && has_family "$family"; } || continue
    "$(tool "$family" -save)" 2>/dev/null | awk -v tool="$(tool "$family" "")" "$AWK_RULES"'
      /^\*/ { split("", ahead) }
      /^-A / && !ours($2) {
        if (ours(target_of($0))) printf "%s", ahead[$2]
        ahead[$2] = ours(target_of($0)) ? "" : ahead[$2] "before " tool " " table " " $2 "\t" $0 "\n"
      }'
  done
}

nftables_strangers() {
  each_line "$BASE_CHAINS" | while read -r kind table chain _ _ policy; do
    if [ "$1" = iptables ] && comes_first "$kind" "$table" "$chain"; then continue; fi
    if [ "$policy" = drop ]; then echo "policy $kind $table $chain"; fi
    nft -s list chain "$kind" "$table" "$chain" 2>/dev/null | awk -v place="$kind $table $chain" '
      !/^\t\t/ || /^\t\ttype / { next }
      { head = $0; sub(/ comment ".*/, "", head); sub(/^\t\t/, "") }
      head ~ /[\t ](drop|reject|queue)([ ,]|$)/ || head ~ /"(REJECT|DROP)"/ { print "rule " place "\t" $0 }'
  done
}

record_strangers() { write_list "$1/strangers" "$(strangers "$1")"; }

# drift_of_strangers FOLDER: what has come since the generation was applied. What it found there was told then.
drift_of_strangers() {
  { cat "$1/strangers" && echo '#now' && strangers "$1"; } 2>/dev/null | awk '
    $0 == "#now" { now = 1; next }
    !now { found[$0] = 1; next }
    !($0 in found) { print "stranger", $0 }' | say_lines
}
