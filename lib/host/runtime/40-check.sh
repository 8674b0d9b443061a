# --- Is all there that a change needs? Told in one error, before anything is touched. ---

# tools_of BACKEND: all that a host must have.
tools_of() {
  if [ "$1" = nftables ]; then echo nft; else echo "$IPTABLES_TOOLS"; fi
  echo flock setsid sha256sum gzip awk sed readlink
}

# By the effective one of the four user ids.
is_root() {
  while read -r key _ user _; do [ "$key" != Uid: ] || break; done </proc/self/status
  [ "$user" = 0 ]
}

# check BACKEND INSTALL: with 1, what is missing is installed.
# shellcheck disable=SC2046,SC2086 # lists of words that hold no blank
check() {
  is_root || fail not-root "$(id -un)"
  missing=$(missing_of $(tools_of "$1"))
  if [ -n "$missing" ] && [ "$2" = 1 ]; then
    install_tools $missing
    missing=$(missing_of $missing)
  fi
  [ -z "$missing" ] || fail missing-tools "$(commas $missing)" "$(install_words $missing)"
  if [ "$1" = nftables ]; then
    look_at_others || fail nftables "${chains%%"$NEWLINE"*}"
  else
    said=$(iptables -w "$XTABLES_WAIT" -n -L INPUT 2>&1 >/dev/null) || fail iptables "$(printf '%s\n' "$said" | head -n 1)"
  fi
  [ -n "$(boot_kind)" ] || fail no-boot "neither systemd, OpenRC nor SysV boot folders"
}
