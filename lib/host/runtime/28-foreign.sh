# --- Others' chains that refuse what ours accepted. ---
#
# An accept of nftables ends our chain and nobody else's. Where Docker has made DROP the policy of FORWARD, what our rules
# let through dies there, though none of Docker's rules is about it. So while that is the case, a bit of the packet's mark
# says that our rules let it through, and a rule at the end of FORWARD accepts it. At the end, and not in DOCKER-USER: Docker
# and whoever has rules of his own decide about their packets as before, and only the policy is lifted. Others' chains that
# refuse have no place for such a rule, and are told.

PASS_BIT=0x2000
PASS_RULE="-m mark --mark $PASS_BIT/$PASS_BIT -m comment --comment cdkfw -j ACCEPT"

# look_at_others: what there is of others, asked once for all that a process wants to know of it for one change. 1, and nft's
# words in $chains, where nft fails; what iptables alone shows is known all the same.
#   BASE_CHAINS   of nft at `input` and `forward`, a line each: KIND TABLE CHAIN HOOK OWNER drop|accept
#   REFUSALS      see refusals
look_at_others() {
  BASE_CHAINS=
  nft_status=0
  if command -v nft >/dev/null 2>&1; then
    if chains=$(nft list chains 2>&1); then BASE_CHAINS=$(printf '%s\n' "$chains" | awk "$OTHERS_BASE_CHAINS"); else nft_status=1; fi
  fi
  REFUSALS=$(
    nftables_refusals
    for family in 4 6; do if legacy_in_use "$family"; then legacy_refusals "$family"; fi; done
  )
  LOOKED=yes
  return "$nft_status"
}
LOOKED=
looked() { [ -n "$LOOKED" ] || look_at_others; }
look_anew() { LOOKED=; }

# each_line TEXT: each of them; of no text, none.
each_line() { [ -z "$1" ] || printf '%s\n' "$1"; }

# refusals: every base chain of others' that refuses what none of its rules accepts, a line each:
# FAMILIES HOOK OWNER policy|rule KIND TABLE CHAIN, KIND being that of nft's table, or the iptables that alone shows it.
refusals() {
  looked
  each_line "$REFUSALS"
}

OTHERS_BASE_CHAINS='
    /^table / { family = $2; table = $3 }
    /^\tchain / { chain = $2; names[family, table] = names[family, table] " " chain }
    /type filter hook (input|forward) / && family ~ /^(ip|ip6|inet)$/ && !(family == "inet" && table == "cdkfw") {
      n++; f[n] = family; t[n] = table; c[n] = chain; h[n] = $4; p[n] = /policy drop/ ? "drop" : "accept"
    }
    END {
      for (i = 1; i <= n; i++) {
        chains = names[f[i], t[i]]
        owner = t[i] == "firewalld" ? "firewalld" : chains ~ / ufw6?-/ ? "ufw" : chains ~ / DOCKER/ && h[i] == "forward" ? "docker" : "-"
        print f[i], t[i], c[i], h[i], owner, p[i]
      }
    }'

nftables_refusals() {
  each_line "$BASE_CHAINS" | while read -r kind table chain hook owner policy; do
    if [ "$policy" = drop ]; then how=policy
    elif nft -s list chain "$kind" "$table" "$chain" 2>/dev/null | ends_in_refusal; then how=rule
    else continue; fi
    case $kind in ip) families=4 ;; ip6) families=6 ;; *) families=46 ;; esac
    echo "$families $hook $owner $how $kind $table $chain"
  done
}

# Whether the last rule of a chain, our own aside, refuses whatever comes.
ends_in_refusal() {
  awk '
    /^\t\t/ && !/^\t\ttype / && !/0x0*2000.* accept/ && !/ jump CDKFW-/ { last = $0 }
    END { exit last !~ /^\t\t(counter )?(drop|reject( with .*)?|xt target "REJECT")( comment ".*")?$/ }'
}

# Whether the filter of a family's legacy iptables is in use: to ask it about a table is to have the kernel make one.
legacy_in_use() { if [ "$1" = 4 ]; then has_line filter /proc/net/ip_tables_names; else has_line filter /proc/net/ip6_tables_names; fi; }
legacy_tool() { variant_tool "$1" -legacy; }

# has_line LINE FILE: without a process.
has_line() {
  [ -r "$2" ] || return 1
  while read -r line; do [ "$line" != "$1" ] || return 0; done <"$2"
  return 1
}

# variant_tool FAMILY VARIANT: where the host has but one iptables, it is called without.
variant_tool() { (
  VARIANT=$2
  command -v "$(tool "$1" "")" >/dev/null 2>&1 || VARIANT=
  tool "$1" ""
); }

legacy_refusals() {
  legacy=$(legacy_tool "$1")
  "$legacy" -w "$XTABLES_WAIT" -S 2>/dev/null | awk -v family="$1" -v kind="$legacy" '
    $1 == "-P" { policy[$2] = $3 }
    $1 == "-N" { chains = chains " " $2 }
    $1 == "-A" && !/ --comment cdkfw -j ACCEPT$/ && !/ -j CDKFW-/ { last[$2] = $3 " " $4 }
    END {
      for (chain in policy) {
        owner = chains ~ / ufw6?-/ ? "ufw" : chains ~ / DOCKER/ && chain == "FORWARD" ? "docker" : "-"
        how = policy[chain] == "DROP" ? "policy" : last[chain] ~ /^-j (DROP|REJECT)$/ ? "rule" : ""
        if (how != "" && chain != "OUTPUT") print family, tolower(chain), owner, how, kind, "filter", chain
      }
    }'
}

# forwards FOLDER: whether a generation lets anything through the host.
forwards() { grep -q -s -e '#when-refused-later' -e '^#forwards' "$1/nftables" "$1/iptables.v4"; }

# find_passes FOLDER: sets $passes to the programs by which FORWARD needs our rule, a line each. Before Docker has started at
# boot, those of before.
find_passes() {
  passes=
  # Rules about containers have a rule of their own before Docker's.
  { [ -e "$1/nftables" ] && [ ! -e "$1/containers" ]; } || return 0
  # In a network of its own there is nobody else.
  if [ -n "$REHEARSING" ]; then
    passes=$(cat "$1/passes" 2>/dev/null)
    return 0
  fi
  looked
  { [ -n "$REFUSALS" ] || [ -s "$1/passes" ]; } && forwards "$1" || return 0
  passes=$(
    {
      refusals | while read -r family hook owner how kind _; do
        case "$hook $owner $how $kind" in
          "forward docker policy ip" | "forward docker policy ip6") variant_tool "$family" -nft ;;
          "forward docker policy "*) echo "$kind" ;;
        esac
      done
      if [ -s "$1/passes" ] && command -v dockerd >/dev/null 2>&1; then cat "$1/passes"; fi
    } | sort -u
  )
}

# passes_standing: the programs by which our rule stands.
passes_standing() {
  passes_were_used || return 0
  tables=$NEWLINE$(nft list tables 2>/dev/null)$NEWLINE
  standing=$(
    for family in 4 6; do
      if [ "$family" = 4 ]; then kind=ip; else kind=ip6; fi
      case $tables in
        *"${NEWLINE}table $kind filter$NEWLINE"*)
          if nft -s list chain "$kind" filter FORWARD 2>/dev/null | grep -q '0x0*2000'; then pass_stands "$(variant_tool "$family" -nft)"; fi
          ;;
      esac
      if legacy_in_use "$family"; then pass_stands "$(legacy_tool "$family")"; fi
    done
  )
  [ -z "$standing" ] || printf '%s\n' "$standing" | sort -u
}

# Written down before any rule is made.
passes_were_used() {
  for used in "$STATE"/generations/*/passes; do [ ! -s "$used" ] || return 0; done
  return 1
}

# shellcheck disable=SC2086 # lists of words that hold no blank
pass_stands() { if "$1" -w "$XTABLES_WAIT" -C FORWARD $PASS_RULE 2>/dev/null; then echo "$1"; fi; }

passes_settled() { find_passes "$1" && [ "$passes" = "$(passes_standing)" ]; }

record_passes() { find_passes "$1" && write_list "$1/passes" "$passes"; }

# let_pass [FOLDER]: our rule stands where the generation needs it, and nowhere else; without one, nowhere.
# shellcheck disable=SC2086,SC2116 # lists of words that hold no blank
let_pass() {
  passes=
  if [ -n "${1:-}" ]; then find_passes "$1"; fi
  standing=$(passes_standing)
  for program in $standing; do
    case " $(echo $passes) " in *" $program "*) continue ;; esac
    while "$program" -w "$XTABLES_WAIT" -D FORWARD $PASS_RULE 2>/dev/null; do :; done
  done
  for program in $passes; do
    case " $(echo $standing) " in *" $program "*) continue ;; esac
    "$program" -w "$XTABLES_WAIT" -A FORWARD $PASS_RULE || return 1
  done
}

# warn_of_refusals FOLDER: what a generation accepts and others' chains refuse, where nothing of ours can help.
warn_of_refusals() {
  looked
  [ -n "$REFUSALS" ] || return 0
  tell_refusals "$(backend_of "$1")" "$(if forwards "$1"; then echo yes; fi)"
}

# tell_refusals BACKEND FORWARDS
tell_refusals() {
  refusals | while read -r _ hook owner how kind table chain; do
    [ "$hook" = input ] || [ "$2" = yes ] || continue
    if [ "$1" = nftables ]; then
      case "$hook $owner $how" in "forward docker policy") continue ;; esac
    elif comes_first "$kind" "$table" "$chain"; then continue; fi
    say warning refuses "$hook" "$owner" "$how" "$kind" "$table" "$chain"
  done
}

# By iptables our jump stands first in the chains of the one that the host calls iptables.
comes_first() {
  case $(iptables -V 2>/dev/null) in
    *nf_tables*) case "$1 $2 $3" in "ip filter INPUT" | "ip filter FORWARD" | "ip6 filter INPUT" | "ip6 filter FORWARD") ;; *) return 1 ;; esac ;;
    *) case $1 in iptables* | ip6tables*) ;; *) return 1 ;; esac ;;
  esac
}
