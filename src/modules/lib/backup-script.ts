import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { type BackupParams, placeOf } from './backup-params.ts';
import { RESTIC } from './backup-restic.ts';
import { RSYNC } from './backup-rsync.ts';

/** Where the files of a job are. */
export function backupFiles(name: string) {
  const folder = `/etc/homerun-backup/${name}`;
  return {
    script: `/usr/local/sbin/homerun-backup-${name}`,
    service: `/etc/systemd/system/homerun-backup-${name}.service`,
    timer: `/etc/systemd/system/homerun-backup-${name}.timer`,
    timerUnit: `homerun-backup-${name}.timer`,
    folder,
    password: `${folder}/password`,
    knownHosts: `${folder}/known_hosts`,
    state: `/var/lib/homerun-backup/${name}`,
    /** Says which repository this host has opened before. */
    opened: `/var/lib/homerun-backup/${name}/repository`,
    /** The last good backup. */
    health: `/var/lib/homerun-backup/${name}/health.json`,
    /** What became of the last try; in memory, so that a NAS that is away costs no writes to an SD card. */
    lastTry: `/run/homerun-backup/${name}.json`,
  };
}

/** The whole job as one script of POSIX `sh`; there is no secret in it. */
export function backupScript(given: BackupParams): string {
  const parts = [
    HEAD,
    settings(given),
    raw(COMMON),
    raw(given.method === 'restic' ? RESTIC : RSYNC),
    raw(MAIN),
  ];
  return `${joinScripts(parts).text}\n`;
}

const HEAD = raw(`#!/bin/sh
# Written by homerun: changes by hand are undone by its next run.
#
# run                       makes a backup now; the timer does this
# list                      shows the snapshots
# restore PATH TO [WHICH]   brings PATH back as TO/PATH, from the newest snapshot or from WHICH
# init                      opens the repository, and makes it where there is none
# tool ARGUMENTS            runs restic with the settings of this job`);

function settings(given: BackupParams): Script {
  const { name, retention, repository = '' } = given;
  const files = backupFiles(name);
  const { account = '', folder = '' } = placeOf(repository, given.method) ?? {};
  const excludes = given.exclude.map((pattern) => `--exclude=${pattern}`);
  return sh`name=${name}
repository=${repository}
account=${account}
folder=${folder}
port=${given.port}
private_key=${given.private_key}
known_hosts=${files.knownHosts}
mount=${given.mount ?? ''}
password_file=${files.password}
state=${files.state}
opened=${files.opened}
health=${files.health}
last_try=${files.lastTry}
keep_daily=${retention.daily} keep_weekly=${retention.weekly} keep_monthly=${retention.monthly}
prune=${given.prune ? 'yes' : 'no'}
check_days=${given.check_days}
check_subset=${given.check_subset}
before=${given.before ?? ''}
after=${given.after ?? ''}

# Runs a command with what is to be left out and what is to be kept behind its own words.
with_paths() {
  set -- "$@" ${excludes} --
  for path in ${given.paths}; do ! there "$path" || set -- "$@" "$path"; done
  for path in ${given.optional_paths}; do ! there "$path" || set -- "$@" "$path"; done
  "$@"
}
look_for_missing() {
  missing= found=
  for path in ${given.paths}; do if there "$path"; then found=yes; else missing="$missing $path"; fi; done
  for path in ${given.optional_paths}; do ! there "$path" || found=yes; done
}`;
}

const COMMON = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
umask 077

there() { [ -e "$1" ] || [ -L "$1" ]; }
say() { printf '%s\\n' "$*" >&2; }
last_line() { printf '%s\\n' "$1" | grep . | tail -n 1; }

# 69: the place for the backups is not there; nothing was written anywhere.
refuse() { result=refused message=$*; say "refused: $*"; exit 69; }
fail() { result=failed message=$*; say "failed: $*"; exit 1; }

quoted() {
  { printf %s "$1" | tr '\\n\\t' '  ' | tr -d '\\000-\\037'; echo; } | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g; s/.*/"&"/'
}

# Written beside and renamed, as somebody may be reading it.
put() { cat >"$1.new" && chmod 644 "$1.new" && mv "$1.new" "$1"; }

note_try() {
  printf '{"name": %s, "result": %s, "time": %s, "message": %s}\\n' \\
    "$(quoted "$name")" "$(quoted "$result")" "$(date +%s)" "$(quoted "$message")" | put "$last_try"
}

note_health() {
  printf '{"name": %s, "result": "ok", "time": %s, "date": %s, "seconds": %s, "snapshot": %s, "checked": %s, "damage": %s}\\n' \\
    "$(quoted "$name")" "$now" "$(quoted "$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ)")" "$((now - began))" \\
    "$(quoted "$snapshot")" "$checked" "$(quoted "$damage")" | put "$health"
}

# ssh asks nobody anything, and accepts only the key that was written down for this job.
ssh_options="-F /dev/null -i $private_key -p $port -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes
-o UserKnownHostsFile=$known_hosts -o GlobalKnownHostsFile=/dev/null -o HostKeyAlias=homerun-backup -o UpdateHostKeys=no
-o ConnectTimeout=15 -o ServerAliveInterval=30 -o ServerAliveCountMax=4 -o ForwardAgent=no -o ForwardX11=no"
ssh_options=$(printf '%s' "$ssh_options" | tr '\\n' ' ')

look_for_mount() {
  [ -z "$mount" ] || timeout 60 mountpoint -q "$mount" || refuse "$mount is not mounted"
  [ -z "$account" ] || [ -r "$private_key" ] || refuse "there is no key $private_key"
}`;

const MAIN = `
run_backup() {
  mkdir -p "$\{last_try%/*}" && chmod 755 "$\{last_try%/*}" || exit
  exec 9>"$\{last_try%.json}.lock"
  if ! flock -n 9; then
    say "a backup of $name is already running: this one is skipped"
    exit 0
  fi
  result=failed message='it was broken off' began=$(date +%s) prepared=
  trap finish EXIT
  trap 'exit 143' HUP INT TERM
  [ -f "$opened" ] || refuse "the repository was never opened: $0 init"
  look_for_mount
  look_for_repository
  prepared=yes
  if [ -n "$before" ]; then
    sh -c "$before" </dev/null 9>&- || fail "the command before the backup ended with exit code $?"
  fi
  look_for_missing
  [ -n "$found" ] || fail "there is nothing to back up:$missing"
  back_up
  [ -z "$missing" ] || fail "not there:$missing (what was there is in snapshot $snapshot)"
  now=$(date +%s)
  # Read line by line by whoever asserts on it, so it is written as soon as there is a good backup.
  checked=$(cat "$state/checked" 2>/dev/null) || checked=0
  damage=$(cat "$state/damage" 2>/dev/null)
  note_health || fail "cannot write $health"
  [ "$prune" = no ] || thin_out
  if [ "$check_days" -gt 0 ] && [ $((now - checked)) -ge $((check_days * 86400)) ]; then check_data; fi
  result=ok message="snapshot $snapshot"
}

check_data() {
  damage=
  if said=$(check_repository 2>&1); then
    checked=$now
    echo "$now" >"$state/checked" && rm -f "$state/damage" && note_health || fail "cannot write to $state"
  else
    damage=$(last_line "$said")
    say "$said"
    printf '%s\\n' "$damage" >"$state/damage" && note_health
    fail "the check of the stored data failed: $damage"
  fi
}

finish() {
  code=$?
  trap - EXIT HUP INT TERM
  [ "$result" != ok ] || [ "$code" -eq 0 ] || result=failed
  if [ -n "$prepared" ] && [ -n "$after" ]; then
    RESULT=$result sh -c "$after" </dev/null 9>&- || { code=1 result=failed message="the command after the backup ended with exit code $?"; say "failed: $message"; }
  fi
  note_try || code=1
  [ "$result" != ok ] || say "done: $message"
  exit "$code"
}

# Until the repository has been opened with these settings, no run begins.
initialize() {
  rm -f "$opened"
  look_for_mount
  make_repository
  mkdir -p "$state" && chmod 755 "$\{state%/*}" "$state" && printf '%s\\n' "$repository" >"$opened" || exit
}

restore() {
  case $1 in /*) ;; *) fail 'restore needs an absolute path' ;; esac
  case $2 in /*) ;; *) fail 'restore needs an absolute folder to bring it back to' ;; esac
  look_for_mount
  look_for_repository
  mkdir -p "$2" || exit
  bring_back "$1" "$2" "$\{3:-latest}"
  say "done: $1 of $\{3:-the newest snapshot} is in $2"
}

main() {
  case $\{1:-} in
    run) run_backup ;;
    init) initialize ;;
    list) look_for_mount; look_for_repository; list_snapshots ;;
    restore) shift; restore "$@" ;;
    tool) shift; tool "$@" ;;
    *) sed -n '/^# run/,/^[^#]/s/^# //p' "$0" >&2; exit 64 ;;
  esac
}

# On one line, so that a script that is replaced while it runs is not read on.
main "$@"; exit`;
