# --- What the kernel has counted since the rules were loaded: packets and bytes by chain, or set, and comment. ---

# Sums what has the same comment in a chain. Rules that go on with the next one, and jumps, decide nothing.
SUM_COUNTERS=$AWK_RULES'
function take(where, packets, bytes, comment) {
  key = where " " comment
  if (!(key in sum)) { keys[++n] = key; at[n] = where; said[n] = comment }
  sum[key] += packets; weight[key] += bytes
}
BEGIN { COUNT = "counter packets [0-9]+ bytes [0-9]+" }
/^\tchain / { where = $2; next }
/^\tset / { where = "set"; next }
/^\t/ {
  line = $0
  while (match(line, COUNT)) {
    split(substr(line, RSTART, RLENGTH), count, " ")
    line = substr(line, RSTART + RLENGTH)
    i = index(line, " comment \"")
    if (!i) break
    verdict = substr(line, 1, i - 1)
    line = substr(line, i + 10)
    i = index(line, "\"")
    if (where == "set" || verdict ~ / (accept|drop|reject with [a-z0-9 -]+|goto [^ ]+)$/) take(where, count[3], count[5], "\"" substr(line, 1, i))
    line = substr(line, i + 1)
  }
}
/^\[[0-9]+:[0-9]+\] -A CDKFW-/ {
  if (!match($0, /--comment "([^"\\]|\\.)*"/)) next
  comment = substr($0, RSTART + 10, RLENGTH - 10)
  target = target_of($0)
  if (target == "MARK" || target == "LOG" || $0 ~ / -j CDKFW-[^ ]+$/) next
  split(substr($1, 2), count, /[:\]]/)
  take($3, count[1], count[2], comment)
}
/^add cdkfw-/ && $4 == "packets" && match($0, / comment ".*"$/) { take("set", $5, $7, substr($0, RSTART + 9)) }
END { for (i = 1; i <= n; i++) { key = at[i] " " said[i]; printf "count %s %.0f %.0f %s\n", at[i], sum[key], weight[key], said[i] } }
'

counters() {
  say generation "$(committed_generation)"
  {
    if nftables_stands; then nft list table inet cdkfw; fi
    if iptables_was_used; then
      for family in $(families); do "$(tool "$family" -save)" -c -t filter 2>/dev/null; done
      ipset save 2>/dev/null
    fi
  } | awk "$SUM_COUNTERS" | say_lines
  say end 0
}
