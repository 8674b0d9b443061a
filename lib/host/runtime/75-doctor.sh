# --- What a host is like, told before anybody needs it. Nothing is changed; rules are tried in a network of their own. ---

found() { say finding "$@"; }

os_name() { (. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-}"); }

# doctor BACKEND
doctor() {
  backend=$1
  {
    found ok system "$(os_name)" Linux "$(uname -r)"
    doctor_tools
    doctor_kernel
    doctor_disk
    doctor_boot
    doctor_variants
    doctor_services
    doctor_docker
    tell_refusals "$backend" yes
    if [ -d "$CHANGE" ]; then found warn pending "$(read_file "$CHANGE/owner")" "$(seconds_left)"; fi
    if safe_rules_stand "$(live_rules)"; then found fail safe-rules; fi
    say clock "$(date +%s)"
  } </dev/null
  say end 0
  # A shell that reads this script from its standard input goes no further.
  exit 0
}

# shellcheck disable=SC2046,SC2086 # lists of words that hold no blank
doctor_tools() {
  missing=$(missing_of $(tools_of "$backend"))
  if [ -n "$missing" ]; then found fail tools "$(commas $missing)" "$(install_words $missing)"
  elif [ "$backend" = nftables ]; then found ok tools "$(nft -v 2>&1 | head -n 1)"
  else found ok tools "$(iptables -V 2>&1 | head -n 1), $(ipset -v 2>/dev/null | head -n 1)"; fi
}

# Each thing that rules are made of is tried by itself, so that what is missing has a name. With `!` no host can do without.
NFTABLES_FEATURES='!inet tables|chain c { type filter hook input priority 0; }
!conntrack|chain c { ct state established,related accept; }
!sets of networks|set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }; }; chain c { ip saddr @s drop; }
!reject|chain c { type filter hook input priority 0; reject with icmpx admin-prohibited; }
!kinds of addresses|chain c { type filter hook input priority 0; fib daddr type broadcast drop; }
masquerading|chain c { type nat hook postrouting priority 100; masquerade; }
port forwards|chain c { type nat hook prerouting priority -100; dnat ip to 10.0.0.1; }
marks|chain c { type filter hook forward priority 0; meta mark set meta mark | 0x1000; }
sets of pairs|set s { type ipv4_addr . inet_proto . inet_service; flags interval; counter; }
rate limits|chain c { limit rate 10/minute accept; }
limits by source|set s { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 60s; }; chain c { type filter hook input priority 0; update @s { ip saddr limit rate 10/minute } accept; }
connection limits|chain c { ct state new ct count over 3 drop; }
logs|chain c { log prefix "x" level info; }
expiry dates|chain c { meta time < "2037-01-01 00:00:00" accept; }'

IPTABLES_FEATURES='!conntrack|filter|-m conntrack --ctstate ESTABLISHED -j ACCEPT
!comments|filter|-m comment --comment x -j ACCEPT
!reject|filter|-j REJECT
!kinds of addresses|filter|-m addrtype --dst-type LOCAL -j DROP
!several ports|filter|-p tcp -m multiport --dports 1,2 -j ACCEPT
masquerading|nat|-j MASQUERADE
marks|filter|-j MARK --set-xmark 0x1000/0x1000
rate limits|filter|-m limit --limit 10/minute -j ACCEPT
limits by source|filter|-m hashlimit --hashlimit-name x --hashlimit-mode srcip --hashlimit-upto 10/minute -j ACCEPT
connection limits|filter|-m connlimit --connlimit-above 3 -j DROP
logs|filter|-j LOG
expiry dates|filter|-m time --datestop 2037-01-01T00:00:00 -j ACCEPT'

doctor_kernel() {
  if [ -n "$missing" ]; then return; fi
  if ! unshare --net true 2>/dev/null; then
    found warn no-namespace
    return
  fi
  if [ "$backend" = nftables ]; then features=$NFTABLES_FEATURES; else features=$IPTABLES_FEATURES; fi
  printf '%s\n' "$features" | while IFS= read -r line; do
    feature=${line%%|*}
    try_feature "${line#*|}" || found "$(case $feature in !*) echo fail ;; *) echo warn ;; esac)" kernel "${feature#!}"
  done
  found ok kernel-tried "$(printf '%s\n' "$features" | grep -c .)"
}

try_feature() {
  if [ "$backend" = nftables ]; then
    printf 'table inet t {\n%s\n}\n' "$1" | unshare --net nft -f - >/dev/null 2>&1
    return
  fi
  case $1 in nat*) chain=POSTROUTING ;; *) chain=OUTPUT ;; esac
  for family in $(families); do
    printf '*%s\n-A %s %s\nCOMMIT\n' "${1%%|*}" "$chain" "${1#*|}" | unshare --net "$(tool "$family" -restore)" >/dev/null 2>&1 || return 1
  done
}

# In KiB: the last ten generations of a large policy, and the parcel on its way.
DISK_NEEDED=20480
doctor_disk() {
  for place in /var/lib /run; do
    if ! { true >"$place/.cdkfw-doctor"; } 2>/dev/null; then found fail read-only "$place"; continue; fi
    rm -f "$place/.cdkfw-doctor"
    free=$(df -Pk "$place" | awk 'NR == 2 { print $4 }')
    if [ "$place" = /var/lib ] && [ "${free:-0}" -lt "$DISK_NEEDED" ]; then found warn disk "$place" "$free"; fi
  done
}

doctor_boot() {
  kind=$(boot_kind)
  if [ -z "$kind" ]; then found fail no-boot
  elif [ "$(committed_generation)" != none ] && ! boot_stands; then found fail boot-files "$kind"
  else found ok boot "$kind"; fi
}

doctor_variants() {
  for family in $(families); do
    legacy_in_use "$family" || continue
    legacy=$(legacy_tool "$family")
    over_nft=$(variant_tool "$family" -nft)
    [ "$legacy" != "$over_nft" ] || continue
    if "$legacy" -S 2>/dev/null | grep -q '^-A' && "$over_nft" -S 2>/dev/null | grep -q '^-A'; then
      found warn two-iptables "$legacy" "$over_nft"
    fi
  done
}

# What loads or flushes rules by itself at boot or at its restart.
doctor_services() {
  [ -d /run/systemd/system ] || return 0
  for service in nftables netfilter-persistent iptables ip6tables ufw firewalld; do
    if [ "$(systemctl is-enabled "$service" 2>/dev/null)" = enabled ]; then found warn service "$service"; fi
  done
}

doctor_docker() {
  command -v docker >/dev/null 2>&1 || return 0
  version=$(limited docker version --format '{{.Server.Version}}' 2>/dev/null)
  if [ -z "$version" ]; then found warn docker-silent; return; fi
  by=$(limited docker info --format '{{if .FirewallBackend}}{{.FirewallBackend.Driver}}{{end}}' 2>/dev/null)
  found ok docker "$version" "${by:-iptables}"
}
