# --- The last resort: closed to everybody, but SSH. Loaded only where a generation can not be. ---

# load_safe PORTS
load_safe() {
  ports=$(ssh_ports "$1")
  if nftables_stands || ! command -v iptables-restore >/dev/null 2>&1; then
    safe_nftables "$ports" | nft -f - || return 1
    if iptables_was_used; then unload_iptables; fi
    return
  fi
  # A generation of nftables would not look for them.
  { true >"$RUN/safe-by-iptables"; } 2>/dev/null || :
  for family in $(families); do safe_rules "$family" "$ports" | load_tables "$family" "" || return 1; done
  if command -v ipset >/dev/null 2>&1; then destroy_sets /dev/null; fi
}

# Established connections, loopback, ICMP and SSH pass; all else is dropped. No generation has chains of these names.
safe_rules() {
  if [ "$1" = 4 ]; then icmp=icmp; else icmp=ipv6-icmp; fi
  # Not a here-document: some shells write those to a disk.
  printf '%s\n' '*filter' ':CDKFW-SAFE-INPUT - [0:0]' ':CDKFW-SAFE-FORWARD - [0:0]' \
    '#hook INPUT CDKFW-SAFE-INPUT' '#hook FORWARD CDKFW-SAFE-FORWARD' \
    '-A CDKFW-SAFE-INPUT -i lo -j ACCEPT' \
    '-A CDKFW-SAFE-INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' \
    "-A CDKFW-SAFE-INPUT -p $icmp -j ACCEPT" \
    "-A CDKFW-SAFE-INPUT -p tcp -m multiport --dports $2 -m comment --comment \"cdkfw: safe rules\" -j ACCEPT" \
    '-A CDKFW-SAFE-INPUT -j DROP' \
    '-A CDKFW-SAFE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' \
    '-A CDKFW-SAFE-FORWARD -j DROP' COMMIT
}

safe_rules_stand() { case $1 in *' CDKFW-SAFE-INPUT chain'* | *'chain safe-input'*) ;; *) return 1 ;; esac }

# ssh_ports PORTS: 22, those that deployers came by, and those that sshd's configuration names; a match holds 15.
ssh_ports() {
  {
    printf '22 %s\n' "$1" | tr ' ' '\n'
    sed -n 's/^[[:space:]]*[Pp]ort[[:space:]]\{1,\}\([0-9]\{1,5\}\).*/\1/p' \
      /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null
  } | sed '/^[0-9]\{1,5\}$/!d' | sort -un | head -n 15 | tr '\n' ',' | sed 's/,$//'
}
