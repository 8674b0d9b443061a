# --- Is all there that a change needs? Told in one error, before anything is touched. ---

check() {
  [ "$(id -u)" = 0 ] || fail not-root "$(id -un)"
  missing=
  for needed in $IPTABLES_TOOLS flock setsid sha256sum awk sed readlink; do
    command -v "$needed" >/dev/null 2>&1 || missing="$missing $needed"
  done
  [ -z "$missing" ] || fail missing-tools "$(os_id)$missing"
  said=$(iptables -w "$XTABLES_WAIT" -n -L INPUT 2>&1 >/dev/null) || fail iptables "$(printf '%s\n' "$said" | head -n 1)"
  [ -n "$(boot_kind)" ] || fail no-boot "neither systemd, OpenRC nor SysV boot folders"
}

os_id() { (. /etc/os-release 2>/dev/null && echo "${ID:-linux}") || echo linux; }
