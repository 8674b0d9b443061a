# --- What makes the committed rules stand at boot, before the network is up and before Docker starts. ---

UNIT=/etc/systemd/system/cdkfw.service

boot_kind() {
  if [ -d /run/systemd/system ]; then echo systemd
  elif command -v rc-update >/dev/null 2>&1; then echo openrc
  elif [ -d /etc/rc.boot.d ]; then echo rc.boot.d
  elif [ -d /etc/rcS.d ]; then echo rcS.d
  fi
}

# Whoever boots a host does not ask how it went: a loader that was killed would leave the host open until somebody comes.
BOOT="for try in 1 2 3; do $LIB/cdkfw-host boot; status=\$?; [ \$status -gt 128 ] || exit \$status; done"

# Before the commit: it boots what is committed, and nothing where nothing is.
boot_install() {
  case $(boot_kind) in
    systemd) boot_install_systemd ;;
    openrc) boot_script /etc/init.d/cdkfw '#!/sbin/openrc-run' 'depend() { before net docker; after localmount; }' \
      "start() { ($BOOT); }" && rc-update add cdkfw boot >/dev/null ;;
    rc.boot.d) boot_script /etc/rc.boot.d/10-cdkfw '#!/bin/sh' "$BOOT" ;;
    rcS.d) boot_script /etc/rcS.d/S10cdkfw '#!/bin/sh' "$BOOT" ;;
  esac
}

boot_script() {
  script=$1
  shift
  if [ -x "$script" ] && says "$script" "$@"; then return; fi
  printf '%s\n' "$@" >"$script.new" && chmod 755 "$script.new" && mv -f "$script.new" "$script"
}

boot_install_systemd() {
  cat >"$UNIT.new" <<UNIT_FILE || return 1
[Unit]
Description=cdkfw firewall rules
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service
RequiresMountsFor=$STATE $LIB
Before=network-pre.target docker.service shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c '$(printf %s "$BOOT" | sed 's/\$/$$/g')'

[Install]
WantedBy=sysinit.target
UNIT_FILE
  chmod 644 "$UNIT.new" || return 1
  if cmp -s "$UNIT.new" "$UNIT"; then rm -f "$UNIT.new"; else mv -f "$UNIT.new" "$UNIT" || return 1; fi
  if ! [ -L /etc/systemd/system/sysinit.target.wants/cdkfw.service ]; then
    systemctl daemon-reload && systemctl enable cdkfw.service >/dev/null 2>&1
  fi
}

# Whether the host boots the committed rules, as far as that is ours.
boot_stands() {
  case $(boot_kind) in
    systemd) [ -e "$UNIT" ] && [ -L /etc/systemd/system/sysinit.target.wants/cdkfw.service ] ;;
    openrc) [ -x /etc/init.d/cdkfw ] ;;
    rc.boot.d) [ -x /etc/rc.boot.d/10-cdkfw ] ;;
    rcS.d) [ -x /etc/rcS.d/S10cdkfw ] ;;
  esac
}

boot_remove() {
  if [ -e "$UNIT" ]; then
    systemctl disable cdkfw.service >/dev/null 2>&1 || :
    rm -f "$UNIT"
    systemctl daemon-reload 2>/dev/null || :
  fi
  if [ -e /etc/init.d/cdkfw ]; then rc-update del cdkfw boot >/dev/null 2>&1 || :; fi
  rm -f /etc/init.d/cdkfw /etc/rc.boot.d/10-cdkfw /etc/rcS.d/S10cdkfw
}

# boot: the committed generation, whatever a change was about when the machine went down.
boot() {
  take_mutex boot
  # Only where /run outlived the machine, or somebody asks for boot inside the window.
  if [ -d "$CHANGE" ]; then roll_back "boot"; fi
  committed=$(committed_generation)
  if [ "$committed" = none ]; then loaded=0
  else
    restore "$committed" "$(read_file "$STATE/generations/$committed/ports")"
    loaded=$?
  fi
  case $loaded in
    0)
      start_watcher
      log "generation $committed loaded at boot"
      ;;
    1) record safe-rules "$committed" boot - - "$committed" "$(last_words)" ;;
  esac
  settle_begun
  [ "$loaded" = 0 ]
}
