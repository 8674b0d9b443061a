# --- Generations on disk: staged whole and verified, or not at all. ---

# POSIX has had -ef only since 2024; dash, bash and busybox for long.
# shellcheck disable=SC3013
is_committed() { [ "$STATE/committed" -ef "$STATE/generations/$1" ]; }
committed_generation() { if link=$(readlink "$STATE/committed" 2>/dev/null); then echo "${link##*/}"; else echo none; fi; }

# backend_of FOLDER: which of the two its texts are for.
backend_of() { if [ -e "$1/nftables" ]; then echo nftables; else echo iptables; fi; }

load_generation() {
  if [ "$1" = none ]; then unload_all; else load_folder "$STATE/generations/$1"; fi
}
let_pass_for() { if [ "$1" = none ]; then let_pass; else let_pass "$STATE/generations/$1"; fi; }

# stands_whole FOLDER DIGEST RULES: whether what stands is what was loaded, as far as try_out could tell.
stands_whole() {
  if [ -e "$1/nftables" ]; then nftables_whole "$CHANGE/loaded" "$3"; else [ -z "$2" ] || { digest_of "$3" && [ "$digest" = "$2" ]; }; fi
}

# restore ID PORTS: brings a generation back, whatever is in the way. 0: it stands; 1: the safe rules do; 2: neither.
restore() {
  look_anew
  for pause in 0 1 2; do
    [ "$pause" = 0 ] || sleep "$pause"
    if load_generation "$1" 2>"$RUN/error"; then
      # Without it others refuse what the rules let through: no reason to give the rules up.
      let_pass_for "$1" 2>"$RUN/error" || log "FORWARD could not be given its rule: $(last_words)"
      return 0
    fi
    log "generation $1 could not be loaded: $(last_words)"
  done
  if load_safe "$2" 2>"$RUN/error"; then return 1; fi
  log "the safe rules could not be loaded: $(last_words)"
  return 2
}

# is_generation ID: whether it can be the name of one; it becomes part of a path.
is_generation() { case $1 in '' | *[!0-9a-f]*) return 1 ;; esac }

is_whole() { (cd "$1" 2>/dev/null && sha256sum -c SHA256SUMS >/dev/null 2>&1); }

# stage INCOMING ID: moves what was sent to its place.
stage() {
  [ -d "$STATE/generations" ] || mkdir -p "$STATE/generations" || fail disk "$STATE"
  is_whole "$1" || fail altered "what arrived is not what was sent"
  if ! is_committed "$2"; then
    [ ! -e "$STATE/generations/$2" ] || rm -rf "$STATE/generations/$2"
    mv "$1" "$STATE/generations/$2" || fail disk "$STATE/generations"
  elif ! is_whole "$STATE/generations/$2"; then
    # Somebody edited the committed texts: mend them in place, since a reboot may come between any two steps.
    for text in "$1"/*; do mv -f "$text" "$STATE/generations/$2/" || fail disk "$STATE/generations"; done
  fi
}

# commit ID NONCE: the moment of truth is the rename.
commit() {
  generation=$STATE/generations/$1
  # With the nonce, so that who asks after a power cut is told of this switch.
  write_file "$generation/nonce" "$2" || return 1
  durable "$generation"/* "$generation" "$STATE/generations"
  ln -sfn "generations/$1" "$STATE/committed.new" && mv -T "$STATE/committed.new" "$STATE/committed"
}

# try_out FOLDER: with iptables, whether the kernel takes all tables of both families, before any is touched; prints the
# digest of what stands once they are loaded. By nftables it takes all of a transaction or nothing, and tells by that.
try_out() { [ -e "$1/nftables" ] || rehearse "$1"; }

# rehearse FOLDER [live_rules]: the same rules in a network namespace of their own, loaded for real: no other test of iptables
# finds all that a kernel refuses. Prints the digest of what stands there then, or all of it.
rehearse() {
  command -v unshare >/dev/null 2>&1 || return 0
  unshare --net /bin/sh "$LIB/cdkfw-host" rehearsal "$1" ${2:+"$2"}
  # Any other status: there is no such namespace to be had, and the change itself will tell.
  [ $? -ne "$REFUSED" ]
}

REFUSED=9
rehearsal() {
  REHEARSING=yes
  if [ -e "$1/nftables" ]; then load_nftables "$1" && load_docker_chains "$1"; else load_iptables "$1"; fi || exit "$REFUSED"
  "${2:-live_digest}"
}

# The newest few generations stay, for going back; and what never arrived whole goes after a day.
tidy_up() {
  set -- "$STATE"/generations/*
  if [ $# -gt "$GENERATIONS_KEPT" ]; then
    ls -1t "$STATE/generations" | sed "1,${GENERATIONS_KEPT}d" | while read -r old; do
      is_committed "$old" || rm -rf "$STATE/generations/$old"
    done
  fi
  set -- "$STATE"/incoming/*
  [ ! -e "$1" ] || find "$STATE/incoming" -mindepth 1 -maxdepth 1 -mtime +0 -exec rm -rf {} + 2>/dev/null || :
}
