/**
 * The parts of the script of a backup that differ by method; here with rsync. Each snapshot is a folder named by its
 * time (UTC); files that did not change are hard links to those of the snapshot before. On another host the account
 * has no shell: what is asked there are the verbs of `homerun-backup-receive`.
 */
export const RSYNC = `
mark=.homerun-backup

verb() { ssh $ssh_options "$account" "homerun-backup $*" </dev/null 9>&-; }

names() { if [ -n "$account" ]; then verb list; else ls -1 "$folder"; fi | grep -x "$shape" | sort; }
shape='[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z'

# The mark tells the folder of the backups from the empty one below a disk that is not mounted.
look_for_repository() {
  if [ -n "$account" ]; then
    said=$(verb ready 2>&1) || refuse "$account cannot take backups now: $(last_line "$said")"
  else
    [ -f "$folder/$mark" ] || refuse "the mark $folder/$mark is missing: the disk of the backups is not there"
  fi
}

make_repository() {
  if [ -n "$account" ]; then look_for_repository; return; fi
  [ -d "$folder" ] || refuse "there is no folder $folder"
  [ -f "$folder/$mark" ] || : >"$folder/$mark" || fail "cannot write to $folder"
}

copy() {
  if [ -n "$account" ]; then rsync -e "ssh $ssh_options" "$@" 9>&-; else rsync "$@" 9>&-; fi
}

place() { if [ -n "$account" ]; then printf '%s:%s' "$account" "$1"; else printf '%s/%s' "$folder" "$1"; fi; }

# Written as .tmp, so that what was broken off never looks like a snapshot; the next run goes on with it.
back_up() {
  snapshot=$(date -u +%Y-%m-%dT%H%M%SZ)
  newest=$(names | tail -n 1)
  if [ -n "$account" ]; then
    verb begin || fail 'cannot begin a snapshot'
    link=/$newest store=-M--fake-super
  else
    mkdir -p "$folder/.tmp" || fail "cannot write to $folder"
    link=../$newest store=-aHAX
  fi
  with_paths copy_to "$(place .tmp/)"
  code=$?
  # 24: a file went away while it was read.
  case $code in 0 | 24) ;; *) fail "rsync ended with exit code $code" ;; esac
  if [ -n "$account" ]; then verb commit "$snapshot"; else mv "$folder/.tmp" "$folder/$snapshot"; fi ||
    fail "cannot finish the snapshot $snapshot"
}

# The destination comes first here, as the paths come last.
copy_to() {
  to=$1
  shift
  copy -aHAX "$store" --numeric-ids --relative --delete --delete-excluded $\{newest:+"--link-dest=$link"} "$@" "$to"
}

thin_out() {
  names | sort -r | surplus | while read -r old; do
    if [ -n "$account" ]; then verb remove "$old"; else rm -rf -- "$folder/$old"; fi || exit
  done || fail 'old snapshots could not be thrown away'
}

# Of names, newest first, those that neither their day nor their week nor their month wants kept.
surplus() {
  awk -v daily="$keep_daily" -v weekly="$keep_weekly" -v monthly="$keep_monthly" '
    function days(y, m, d) { if (m < 3) { y--; m += 12 } return 365*y + int(y/4) - int(y/100) + int(y/400) + int((153*m - 457)/5) + d - 306 }
    {
      day = substr($0, 1, 10); month = substr($0, 1, 7); keep = NR == 1
      # Day 1 of the calendar was a Monday.
      week = int((days(substr($0, 1, 4) + 0, substr($0, 6, 2) + 0, substr($0, 9, 2) + 0) - 1) / 7)
      if (day != lastday && d < daily) { keep = 1; d++ }
      if (week != lastweek && w < weekly) { keep = 1; w++ }
      if (month != lastmonth && m < monthly) { keep = 1; m++ }
      lastday = day; lastweek = week; lastmonth = month
      if (!keep) print
    }'
}

# rsync has no sums of its own to check: a snapshot is read through, so that a disk that fails is noticed.
check_repository() {
  if [ -n "$account" ]; then verb check "$snapshot"; else tar -cf - -C "$folder/$snapshot" . | cat >/dev/null; fi
}

list_snapshots() { names; }

bring_back() {
  which=$3
  [ "$which" != latest ] || which=$(names | tail -n 1)
  printf '%s\\n' "$which" | grep -qx "$shape" || fail "there is no snapshot $which"
  # Through standard input, as rrsync takes no name with a newline for an argument.
  one=$\{1#/}
  printf '%s\\0' "$\{one:-.}" |
    copy -aHAX -r $\{account:+-M--fake-super} --numeric-ids --from0 --files-from=- "$(place "$which/")" "$2/" >&2 ||
    fail "rsync ended with exit code $?"
}

tool() { copy "$@"; }`;
