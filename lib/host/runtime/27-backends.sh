# --- Which of the two a generation is for. What the other one holds of ours goes when the new rules stand. ---

# load_folder FOLDER: makes the kernel's rules those of a generation.
load_folder() {
  if [ -e "$1/nftables" ]; then
    load_nftables "$1" && { ! iptables_was_used || unload_iptables; }
  else
    load_iptables "$1" && unload_nftables
  fi
}

# unload_all: none of our rules.
unload_all() {
  if iptables_was_used; then unload_iptables || return 1; fi
  unload_nftables
}

# Asking iptables makes the kernel load it: only where a generation of ours may have been there before.
iptables_was_used() { ls "$STATE"/generations/*/iptables.v4 >/dev/null 2>&1; }

# Which of our rules stand in the kernel, by either.
live_rules() {
  if iptables_was_used; then live_iptables; fi
  live_nftables
  passes_standing | sed 's/^/pass /'
}

digest() { sha256sum | cut -c 1-64; }
live_digest() { printf "%s\n" "$(live_rules)" | digest; }
