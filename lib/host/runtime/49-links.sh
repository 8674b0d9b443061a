# --- Links: a container finds another one by name. ---
#
# On networks of the user's own, Docker's DNS tells the names of containers. Elsewhere the name stands in the hosts file of the
# container that asks: Docker keeps that file on the host, writes it anew with every start, and mounts it in the container. So
# it is changed in place, and our lines end in a mark.
#
#   /run/cdkfw/links         what was written: FILE <TAB> ADDRESS <TAB> NAME

LINK_MARK='# cdkfw'

# What Docker said, then a text `containers`; prints the lines of the file above.
WANTED_LINKS=$KNOWN_CONTAINERS'
$1 == "H" { file[$2] = $3 }
$1 == "A" { alias[$2, $3, $4] = 1 }
$1 == "N" && driver[$3] == "bridge" {
  n = ++nets[$2]; net[$2, n] = $3; own[$2, n] = $4 != "bridge"; on[$2, $3] = 1
  addresses[$2, n] = $5 "\t" $6; had[$5]++; had[$6]++
}
$1 == "select" { for (i = 1; i <= count; i++) if (fits(ids[i])) meant[$2, ++size[$2]] = ids[i] }
$1 == "link" { for (i = 1; i <= size[$2]; i++) for (j = 1; j <= size[$3]; j++) link(meant[$2, i], meant[$3, j], $4) }
function link(one, other, as, n, shared) {
  if (one == other || file[one] == "") return
  for (n = 1; n <= nets[other]; n++) if ((one, net[other, n]) in on) {
    shared = 1
    if (own[other, n] && (as == name[other] || (other, net[other, n], "\"" as "\"") in alias)) return
  }
  for (n = 1; n <= nets[other]; n++) if (!shared || (one, net[other, n]) in on) tell(file[one], addresses[other, n], as)
}
function tell(path, both, as, part, f) {
  split(both, part, "\t")
  for (f = 1; f <= 2; f++) if (part[f] != "-" && had[part[f]] == 1) print path, part[f], as
}'

# fill_links FOLDER: what is known of the containers, in their hosts files.
fill_links() {
  wanted=
  if grep -q '^link' "$1/containers"; then
    wanted=$({ known_containers; cat "$1/containers"; } | awk "$WANTED_LINKS" | sort -u)
  fi
  [ -n "$wanted" ] || [ -e "$RUN/links" ] || return 0
  write_links "$wanted"
}

remove_links() {
  [ -e "$RUN/links" ] || return 0
  write_links '' && rm -f "$RUN/links"
}

# write_links WANTED: whoever dies in between leaves no line behind that nobody knows of.
write_links() {
  before=$(cat "$RUN/links" 2>/dev/null)
  write_file "$RUN/links" "$before$NEWLINE$1" || return 1
  printf '%s\n%s\n' "$before" "$1" | sed -n 's/	.*//p' | sort -u | while IFS= read -r file; do
    # The one of a container that has gone is gone with it.
    if [ -f "$file" ] && ! [ -L "$file" ]; then
      lines=$(hosts_with "$file" "$1")
      [ "$lines" = "$(cat "$file")" ] || printf '%s\n' "$lines" >"$file" || log "the names in $file could not be written"
    fi
  done
  write_file "$RUN/links" "$1"
}

# hosts_with FILE WANTED: what the file says beside ours, and then ours.
hosts_with() {
  awk -v mark="$LINK_MARK" 'substr($0, length($0) - length(mark) + 1) != mark' "$1"
  printf '%s\n' "$2" | awk -F '\t' -v file="$1" -v mark="$LINK_MARK" '$1 == file { print $2 "\t" $3 "\t" mark }'
}
