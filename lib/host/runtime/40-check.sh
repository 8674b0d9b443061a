# --- Is all there that a change needs? Told in one error, before anything is touched. ---

# check INCOMING
check() {
  [ "$(id -u)" = 0 ] || fail not-root "$(id -un)"
  missing=
  if [ -e "$1/nftables" ]; then tools=nft; else tools=$IPTABLES_TOOLS; fi
  for needed in $tools flock setsid sha256sum awk sed readlink; do
    command -v "$needed" >/dev/null 2>&1 || missing="$missing $needed"
  done
  [ -z "$missing" ] || fail missing-tools "$(os_id)$missing"
  if [ "$tools" = nft ]; then
    said=$(nft list tables 2>&1 >/dev/null) || fail nftables "$(printf '%s\n' "$said" | head -n 1)"
  else
    said=$(iptables -w "$XTABLES_WAIT" -n -L INPUT 2>&1 >/dev/null) || fail iptables "$(printf '%s\n' "$said" | head -n 1)"
  fi
  [ -n "$(boot_kind)" ] || fail no-boot "neither systemd, OpenRC nor SysV boot folders"
}

os_id() { (. /etc/os-release 2>/dev/null && echo "${ID:-linux}") || echo linux; }
