# --- The last resort: closed to everybody, but SSH. Loaded only where a generation can not be. ---

# load_safe [PORT]: established connections, loopback, ICMP and SSH pass; all else is dropped.
load_safe() {
  safe=$RUN/safe
  mkdir -p "$safe"
  : >"$safe/ipset"
  for family in 4 6; do
    if [ "$family" = 4 ]; then icmp=icmp; else icmp=ipv6-icmp; fi
    cat >"$safe/iptables.v$family" <<SAFE
*filter
:CDKFW-INPUT - [0:0]
:CDKFW-FORWARD - [0:0]
#hook INPUT CDKFW-INPUT
#hook FORWARD CDKFW-FORWARD
-A CDKFW-INPUT -i lo -j ACCEPT
-A CDKFW-INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A CDKFW-INPUT -p $icmp -j ACCEPT
-A CDKFW-INPUT -p tcp -m multiport --dports $(ssh_ports "${1:-}") -m comment --comment "cdkfw: safe rules" -j ACCEPT
-A CDKFW-INPUT -j DROP
-A CDKFW-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A CDKFW-FORWARD -j DROP
COMMIT
SAFE
  done
  load_iptables "$safe"
}

# Port 22, the one that the deployer came by, and those that sshd's configuration names.
ssh_ports() {
  {
    echo 22
    echo "$1"
    sed -n 's/^[[:space:]]*[Pp]ort[[:space:]]\{1,\}\([0-9]\{1,5\}\).*/\1/p' /etc/ssh/sshd_config 2>/dev/null
  } | sed '/^[0-9]\{1,5\}$/!d' | sort -un | head -n 15 | tr '\n' ',' | sed 's/,$//'
}
