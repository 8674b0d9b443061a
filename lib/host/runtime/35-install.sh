# --- What the host lacks, and how its package manager brings it. Only whole packages, never rules, services or upgrades. ---

# Seconds to wait for a package manager that is at work already, and for one that does not come to its end.
PACKAGES_WAIT=120
INSTALL_LIMIT=300

missing_of() {
  for needed in "$@"; do command -v "$needed" >/dev/null 2>&1 || printf '%s ' "$needed"; done
}

commas() { (IFS=,; printf '%s' "$*"); }

package_manager() {
  for manager in apt-get dnf yum apk zypper pacman; do
    if command -v "$manager" >/dev/null 2>&1; then
      echo "$manager"
      return
    fi
  done
}

# packages_of MANAGER TOOLS...: the packages that have them, each once.
packages_of() {
  manager=$1
  shift
  for tool in "$@"; do
    case $tool in
      nft) echo nftables ;;
      ipset) echo ipset ;;
      iptables* | ip6tables*) echo iptables ;;
      flock | setsid) echo util-linux ;;
      sha256sum | readlink) echo coreutils ;;
      awk) if [ "$manager" = apt-get ]; then echo mawk; else echo gawk; fi ;;
      *) echo "$tool" ;;
    esac
  done | sort -u | tr '\n' ' '
}

# install_words TOOLS...: what a person would type on this host; of one whose package manager we do not know, `-` and the
# packages.
install_words() {
  manager=$(package_manager)
  case ${manager:=-} in
    -) verb= ;;
    apk) verb=add ;;
    pacman) verb=-S ;;
    *) verb=install ;;
  esac
  packages=$(packages_of "$manager" "$@")
  echo "$manager ${verb:+$verb }${packages% }"
}

# install_tools TOOLS...: quietly, with the answers that change nothing that is there.
install_tools() {
  manager=$(package_manager)
  [ -n "$manager" ] || fail no-package-manager "$(commas "$@")"
  mkdir -p "$RUN" || fail disk "$RUN"
  packages=$(packages_of "$manager" "$@")
  read_uptime
  patience=$((uptime + PACKAGES_WAIT))
  until install_packages "$manager" >"$RUN/install" 2>&1 </dev/null; do
    read_uptime
    if ! grep -q -i -e 'could not get lock' -e 'unable to lock' -e 'is locked' "$RUN/install" ||
      [ "$uptime" -ge "$patience" ]; then
      fail install-failed "$(install_words "$@")" : "$(install_errors)"
    fi
    sleep 1
  done
  hash -r
  log "installed ${packages% } by $manager"
  rm -f "$RUN/install"
}

# Lists of packages that are there are tried first: fetching them anew is slow, and needs the network.
# shellcheck disable=SC2086 # lists of words that hold no blank
install_packages() {
  case $1 in
    apt-get) apt_get install $packages || { apt_get update && apt_get install $packages; } ;;
    dnf | yum) limited "$1" -q -y install $packages ;;
    apk) limited apk --no-progress --wait "$PACKAGES_WAIT" add $packages ||
      limited apk --no-progress --wait "$PACKAGES_WAIT" --update-cache add $packages ;;
    zypper) ZYPP_LOCK_TIMEOUT=$PACKAGES_WAIT limited zypper --quiet --non-interactive install $packages ;;
    pacman) limited pacman --noconfirm --needed -S $packages ;;
  esac
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 limited apt-get -q -y --no-upgrade --no-install-recommends \
    -o DPkg::Lock::Timeout="$PACKAGES_WAIT" -o Acquire::Retries=2 -o Acquire::http::Timeout=30 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

limited() { if command -v timeout >/dev/null 2>&1; then timeout "$INSTALL_LIMIT" "$@"; else "$@"; fi; }

# What it said about the failure, or its last words.
install_errors() {
  {
    grep -E -i '^(e:|error|fatal|zypper)|unable|failed|not found|no such|cannot' "$RUN/install" || tail -n 4 "$RUN/install"
  } | tail -n 6 | tr '\n' ' ' | cut -c 1-600
}
