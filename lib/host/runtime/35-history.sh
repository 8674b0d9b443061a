# --- How every change ended, and whose it was: kept on disk, told to syslog. ---
#
# A line a change, its fields parted by tabs:
#   time, outcome, generation, owner, nonce, the address that the owner came from, the generation before, why

HISTORY_KEPT=500

# record OUTCOME GENERATION OWNER NONCE SOURCE PREVIOUS WHY. Where the disk is full or read-only, who asks is told all the
# same, and the line is written as soon as it can be. Done twice, it is one line.
record() {
  set -- "$1" "$2" "$3" "$4" "${5:-}" "${6:--}" "${7:-}"
  write_file "$RUN/ended" "$4 $1" 2>/dev/null || :
  write_history "$(printf '%s\t' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" "$3" "$4" "$5" "$6" && field "$7")"
  log "$1 generation $2 (before: $6) by $3${5:+ from $5}${7:+: $7}"
}

# Text as part of a line.
field() { [ -z "$1" ] || printf '%s' "$1" | tr -c '[:print:]' ' ' | cut -c 1-300; }

# write_history [LINE]: the whole file anew, or not at all; what a full disk refused before comes along.
write_history() {
  if [ $# -eq 0 ] && [ ! -s "$RUN/unwritten" ]; then return 0; fi
  files=
  for file in "$STATE/history" "$RUN/unwritten"; do if [ -s "$file" ]; then files="$files $file"; fi; done
  # shellcheck disable=SC2086 # two paths of ours
  all=$(printf '%s\n' "$@" | awk -F '\t' -v kept="$HISTORY_KEPT" '
    { change = $5 ~ /^-?$/ ? $0 : $5 "\t" $2 }
    NF && !seen[change]++ { line[++n] = $0 }
    END { for (i = n > kept ? n - kept + 1 : 1; i <= n; i++) print line[i] }
  ' $files -) || all=
  if [ -n "$all" ] && write_file "$STATE/history" "$all" 2>/dev/null; then [ ! -e "$RUN/unwritten" ] || rm -f "$RUN/unwritten"
  elif [ $# -gt 0 ]; then { printf '%s\n' "$1" >>"$RUN/unwritten"; } 2>/dev/null || :; fi
}

# What the history knows of a nonce; nothing where none of it has ended.
recorded() {
  cat "$STATE/history" "$RUN/unwritten" 2>/dev/null | awk -F '\t' -v nonce="$1" '$5 == nonce { outcome = $2 } END { print outcome }'
}

# How a change ended; `unknown` where none of this nonce ever began.
outcome_of() {
  case $(read_file "$RUN/ended") in "$1 "*)
    ended=$(read_file "$RUN/ended")
    echo "${ended#* }"
    return
    ;;
  esac
  outcome=$(recorded "$1")
  # The power went between the switch and its record.
  if [ -z "$outcome" ] && [ -n "$1" ] && [ "$(read_file "$STATE/committed/nonce")" = "$1" ]; then outcome=committed; fi
  echo "${outcome:-unknown}"
}

# begin ID NONCE OWNER SOURCE PREVIOUS: on disk, since a power cut takes /run along, and nobody else would tell of it.
begin() { { echo "$2 $1 $3 ${4:--} $5" >"$STATE/begun"; } 2>/dev/null || :; }

# Under the mutex: a change that began and of which /run knows nothing ended with the machine.
settle_begun() (
  write_history
  if [ -d "$CHANGE" ] || [ ! -e "$STATE/begun" ]; then exit 0; fi
  IFS=' ' read -r nonce generation owner source previous <"$STATE/begun" || :
  if [ -z "${nonce:-}" ]; then :
  elif [ "$(read_file "$STATE/committed/nonce")" = "$nonce" ]; then
    record committed "$generation" "$owner" "$nonce" "$source" "$previous"
  elif [ -z "$(recorded "$nonce")" ]; then
    record rolled-back "$generation" "$owner" "$nonce" "$source" "$previous" "the host went down within the window"
  fi
  rm -f "$STATE/begun"
)

# history: all of it, and the generations that are still there to go back to.
history() {
  if [ -d "$RUN" ] && try_mutex history; then recover; fi
  say generation "$(committed_generation)"
  cat "$STATE/history" "$RUN/unwritten" 2>/dev/null | while IFS= read -r line; do say change "$line"; done
  for kept in "$STATE"/generations/*; do
    if [ -e "$kept/SHA256SUMS" ]; then say kept "${kept##*/}"; fi
  done
  say end 0
}
