# --- Generations on disk: staged whole and verified, or not at all. ---

committed_generation() { if link=$(readlink "$STATE/committed" 2>/dev/null); then echo "${link##*/}"; else echo none; fi; }

load_generation() {
  if [ "$1" = none ]; then unload_iptables; else load_iptables "$STATE/generations/$1"; fi
}

# stage INCOMING ID: moves what was sent to its place.
stage() {
  mkdir -p "$STATE/generations" || fail disk "$STATE"
  (cd "$1" && sha256sum -c SHA256SUMS >/dev/null 2>&1) || fail altered "what arrived is not what was sent"
  if [ "$(committed_generation)" != "$2" ]; then
    rm -rf "$STATE/generations/$2"
    mv "$1" "$STATE/generations/$2" || fail disk "$STATE/generations"
  elif ! (cd "$STATE/generations/$2" && sha256sum -c SHA256SUMS >/dev/null 2>&1); then
    # Somebody edited the committed texts: mend them in place, since a reboot may come between any two steps.
    for text in "$1"/*; do mv -f "$text" "$STATE/generations/$2/" || fail disk "$STATE/generations"; done
  fi
  durable "$STATE/generations/$2"/*
}

# The same rules in a network namespace of their own, loaded for real: no other test finds all that a kernel refuses.
rehearse() {
  command -v unshare >/dev/null 2>&1 && unshare --net true 2>/dev/null || return 0
  mkdir -p "$RUN/rehearsal"
  unshare --net /bin/sh "$LIB/cdkfw-host" rehearsal "$STATE/generations/$1"
}

rehearsal() {
  WORK=$RUN/rehearsal
  load_iptables "$1"
}

# The newest few generations stay, for going back.
forget_old_generations() {
  ls -1t "$STATE/generations" | sed "1,${GENERATIONS_KEPT}d" | while read -r old; do
    [ "$old" = "$(committed_generation)" ] || rm -rf "$STATE/generations/$old"
  done
}

# history OUTCOME GENERATION OWNER NONCE
record() {
  printf '%s\t%s\t%s\t%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" "$3" "$4" >>"$STATE/history" 2>/dev/null || :
  log "$1 generation $2 by $3"
}
outcome_of() { awk -F '\t' -v nonce="$1" '$5 == nonce { outcome = $2 } END { if (outcome) print outcome; else print "unknown" }' "$STATE/history" 2>/dev/null; }
