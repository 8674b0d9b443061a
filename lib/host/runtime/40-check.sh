# --- Is all there that a change needs? Told in one error, before anything is touched. ---

# tools_of BACKEND: all that a host must have.
tools_of() {
  if [ "$1" = nftables ]; then echo nft; else echo "$IPTABLES_TOOLS"; fi
  echo flock setsid sha256sum awk sed readlink
}

# check INCOMING INSTALL: with 1, what is missing is installed.
# shellcheck disable=SC2046,SC2086 # lists of words that hold no blank
check() {
  [ "$(id -u)" = 0 ] || fail not-root "$(id -un)"
  if [ -e "$1/nftables" ]; then backend=nftables; else backend=iptables; fi
  missing=$(missing_of $(tools_of "$backend"))
  if [ -n "$missing" ] && [ "$2" = 1 ]; then
    install_tools $missing
    missing=$(missing_of $missing)
  fi
  [ -z "$missing" ] || fail missing-tools "$(commas $missing)" "$(install_words $missing)"
  if [ "$backend" = nftables ]; then
    said=$(nft list tables 2>&1 >/dev/null) || fail nftables "$(printf '%s\n' "$said" | head -n 1)"
  else
    said=$(iptables -w "$XTABLES_WAIT" -n -L INPUT 2>&1 >/dev/null) || fail iptables "$(printf '%s\n' "$said" | head -n 1)"
  fi
  [ -n "$(boot_kind)" ] || fail no-boot "neither systemd, OpenRC nor SysV boot folders"
}
