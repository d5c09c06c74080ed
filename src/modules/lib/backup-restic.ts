/** The parts of the script of a backup that differ by method; here with restic. */
export const RESTIC = `
RESTIC_REPOSITORY=$repository
RESTIC_PASSWORD_FILE=$password_file
RESTIC_CACHE_DIR=/var/cache/homerun-backup
export RESTIC_REPOSITORY RESTIC_PASSWORD_FILE RESTIC_CACHE_DIR

tool() {
  if [ -n "$account" ]; then
    restic -o "sftp.command=ssh $ssh_options -s $account sftp" --cleanup-cache "$@" 9>&-
  else
    restic --cleanup-cache "$@" 9>&-
  fi
}

# restic asks a question behind its reason.
cause() {
  reason=$(printf '%s\\n' "$1" | sed -n 's/^Fatal: //p' | head -n 1)
  printf '%s\\n' "$\{reason:-$(last_line "$1")}"
}

# What restic makes of a host that does not answer is hard to read, so that is asked first.
look_for_server() {
  [ -r "$password_file" ] || refuse "there is no password in $password_file"
  [ -n "$account" ] || return 0
  said=$(ssh $ssh_options -s "$account" sftp </dev/null 2>&1 >/dev/null 9>&-) || refuse "$account cannot be reached: $(last_line "$said")"
}

look_for_repository() {
  look_for_server
  said=$(tool cat config 2>&1 >/dev/null) && return 0
  case $said in
    *'wrong password'*) refuse "the password in $password_file does not open $repository" ;;
    *) refuse "there is no repository at $repository (is its disk mounted?): $(cause "$said")" ;;
  esac
}

make_repository() {
  look_for_server
  said=$(tool cat config 2>&1 >/dev/null) && return 0
  case $said in *'wrong password'*) refuse "the password in $password_file does not open $repository, which is there already" ;; esac
  said=$(tool init 2>&1) || fail "cannot make the repository $repository: $(cause "$said")"
}

back_up() {
  # Removes the locks of processes that are gone, and no others.
  tool unlock --quiet || fail 'cannot look for stale locks'
  out=$(with_paths tool backup --quiet --json --host "$(uname -n)" --tag "$name")
  code=$?
  snapshot=$(printf '%s\\n' "$out" | sed -n 's/.*"snapshot_id":"\\([0-9a-f]\\{8\\}\\).*/\\1/p' | tail -n 1)
  [ "$code" -ne 3 ] || fail "some files could not be read; the others are in snapshot $snapshot"
  [ "$code" -eq 0 ] || fail "restic ended with exit code $code"
}

# Another host may be in the middle of its backup: then this one waits its turn, for half an hour.
thin_out() {
  turn=0
  until said=$(tool forget --quiet --group-by host,tags --keep-daily "$keep_daily" --keep-weekly "$keep_weekly" \\
    --keep-monthly "$keep_monthly" --prune 2>&1); do
    turn=$((turn + 1))
    case $said in *'already locked'*) ;; *) turn=31 ;; esac
    [ "$turn" -le 30 ] || fail "old snapshots could not be thrown away: $(cause "$said")"
    sleep 60
  done
}

check_repository() { tool check --quiet --read-data-subset="$check_subset"; }

list_snapshots() { tool snapshots; }

# By the tag alone: a host that was just set up may not have its name yet. A name may hold what a pattern would not
# take as it stands.
bring_back() {
  tool ls --json --tag "$name" "$3" "$1" 2>/dev/null | grep '"struct_type":"node"' >/dev/null ||
    fail "$1 is not in the snapshot $3"
  pattern=$(printf '%s' "$1" | sed 's/[][*?\\\\]/\\\\&/g')
  tool restore "$3" --tag "$name" --target "$2" --include "$pattern" >&2 || fail "restic ended with exit code $?"
}`;
