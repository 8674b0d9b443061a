# --- Which of the two a generation is for. What the other one holds of ours goes when the new rules stand. ---

# load_folder FOLDER: makes the kernel's rules those of a generation.
load_folder() {
  [ ! -e "$1/containers" ] || live_turn
  load_by_backend "$1"
  loaded=$?
  # Where loading failed, what stands may still be about containers.
  if [ "$loaded" = 0 ]; then
    if [ -e "$1/containers" ]; then
      write_file "$RUN/loaded" "${1##*/}"
      fill_links "$1"
    elif containers_were_loaded; then forget_containers; fi
  fi
  live_turn_over
  return "$loaded"
}

load_by_backend() {
  if [ -e "$1/containers" ]; then make_seats && close_seats || return 1; fi
  if [ -e "$1/nftables" ]; then
    load_nftables "$1" && load_docker_chains "$1" && unload_iptables_sets
  else
    load_iptables "$1" && unload_nftables
  fi || return 1
  if [ -e "$1/containers" ]; then call_netfilter "$1"; fi
}

# unload_all: none of our rules.
unload_all() {
  if containers_were_loaded; then forget_containers; else remove_seats; fi || return 1
  if iptables_was_used; then unload_iptables || return 1; fi
  unload_nftables
}

# Asking iptables makes the kernel load it: only where a generation of ours may have been there before.
iptables_was_used() {
  for used in "$STATE"/generations/*/iptables.v4 "$STATE"/generations/*/containers; do [ ! -e "$used" ] || return 0; done
  [ -e "$RUN/safe-by-iptables" ]
}

# Which of our rules stand in the kernel, by either.
live_rules() {
  if iptables_was_used; then live_iptables; fi
  live_nftables
  for program in $(passes_standing); do echo "pass $program"; done
}

# digest_of TEXT: sets $digest.
digest_of() {
  digest=$(printf '%s\n' "$1" | sha256sum)
  digest=${digest%% *}
}
live_digest() { digest_of "$(live_rules)" && echo "$digest"; }
