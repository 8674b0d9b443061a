# --- The kernel's rules by nftables. Only the table `inet cdkfw` is touched, in one transaction for all of it. ---

# load_nftables FOLDER: makes our table that of a generation. A rule for interfaces that are no bridges is a comment to
# nft until its mark is taken off.
load_nftables() {
  bridges=$(bridges_of "$1")
  load=$(awk -v bridges=" $bridges " '
    $1 == "#unless-bridge" { if (index(bridges, " " $2 " ") > 0) next; sub(/#unless-bridge [^ ]+ /, "") }
    { print }
  ' "$1/nftables") || return 1
  printf '%s\n' "$load" | nft -f -
}

nftables_stands() { command -v nft >/dev/null 2>&1 && nft list table inet cdkfw >/dev/null 2>&1; }
unload_nftables() { if nftables_stands; then nft delete table inet cdkfw; fi; }

# Our table as the kernel holds it, without counters, and without the sources that its counts have met. nft prints moments
# in the time zone of whoever asks.
live_nftables() {
  nftables_stands || return 0
  TZ=UTC nft -s list table inet cdkfw | awk '
    /^\tset / { set = ""; dynamic = 0; elements = 0 }
    /^\t\tflags .*dynamic/ { dynamic = 1 }
    dynamic && /^\t\telements = / { elements = 1 }
    elements { if (/}$/) elements = 0; next }
    { print }
  '
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
