import { posix } from 'node:path';
import { type Output, type Plan, run } from '../../model/module.ts';
import { Secret } from '../../model/secret.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { Answers } from './answers.ts';
import { type WantedAttributes, attributeChanges, octalMode } from './attributes.ts';
import { type Checksum, sumFunction, sumInList } from './checksum.ts';
import { type Fetch, fetchFunction } from './fetch.ts';
import { type FileState, fileStatesScript, parseFileStates } from './file-state.ts';
import { pathWord } from './path.ts';
import { withoutSlash } from './sources.ts';

/** The parameters of `get_url`. */
export interface Download extends WantedAttributes {
  readonly url: string | Secret;
  readonly dest: string;
  readonly checksum?: Checksum | undefined;
  readonly force: boolean;
  readonly timeout: number;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly url_username?: string | undefined;
  readonly url_password?: string | Secret | undefined;
  readonly http_agent?: string | undefined;
  readonly validate_certs: boolean;
  readonly backup: boolean;
}

export interface DownloadState {
  readonly file: FileState;
  /** The sum of the file that is there. */
  readonly have: string;
  /** The sum that it shall have: as asked, or as the list says. */
  readonly wanted: string | undefined;
  /** The sum of what the address gives now, where that was looked at. */
  readonly offered: string;
  /** Why the network could not be asked. */
  readonly problem: string;
}

/** Asks the network only for a list of sums, and with `force` for what stands in no list. */
export function probeDownload(asked: Download): Script {
  const { dest, checksum, force } = asked;
  const name = downloadName(asked);
  const parts: Script[] = [
    sh`file=${pathWord(withoutSlash(dest))}; [ ! -d "$file" ] || file=$file/${name}`,
    sumFunction(checksum?.algorithm ?? 'sha256'),
  ];
  if (checksum !== undefined || force)
    parts.push(raw('[ ! -f "$file" ] || ! [ -r "$file" ] || echo "have=$(sum_of <"$file")"'));
  if (checksum?.listUrl !== undefined) {
    // The list lies beside the file or elsewhere: nobody else is shown the file's password.
    const list = fetchOf({ ...asked, url: checksum.listUrl }, sameOrigin(asked.url, checksum.listUrl));
    parts.push(fetchFunction('get_list', list), sh`name=${name}`, raw(READ_LIST));
  } else if (checksum === undefined && force) {
    parts.push(fetchFunction('get', fetchOf(asked, true)), raw(LOOK));
  }
  const questions = [{ path: withoutSlash(dest) }, { path: posix.join(dest, name) }];
  return joinScripts([...parts, raw('echo ---'), fileStatesScript(questions)]);
}

const READ_LIST = String.raw`if list=$(get_list || { printf '!%s' "$error"; exit 1; }); then
  if [ "$(printf '%s\n' "$list" | wc -w)" -le 1 ]; then printf 'line=%s\n' "$list"
  else printf '%s\n' "$list" | grep -F -e "$name" | head -n 100 | sed 's/^/line=/'; fi
else printf 'problem=%s\n' "${'$'}{list##*!}"; fi`;

const LOOK = `if [ -f "$file" ]; then
  { { get || printf 'problem=%s\\n' "$error" >&4; } | { printf 'offered='; sum_of; }; } 4>&1
fi`;

export function readDownload(answer: Output, asked: Download): DownloadState {
  const answers = new Answers(answer);
  const [dest, inside] = parseFileStates(answers.rest);
  const file = asked.dest.endsWith('/') || dest?.type === 'directory' ? inside : dest;
  if (file === undefined) throw new Error('no answer about the destination');
  const { checksum } = asked;
  const listed = checksum && sumInList(answers.all('line'), downloadName(asked), checksum.algorithm);
  return {
    file,
    have: answers.get('have'),
    wanted: checksum?.sum ?? listed,
    offered: answers.get('offered'),
    problem: answers.get('problem'),
  };
}

export function planDownload(state: DownloadState, asked: Download): Plan {
  const { file, have, wanted, offered, problem } = state;
  const { url, checksum, owner, group, mode } = asked;
  if (problem !== '') return { failed: `cannot get ${String(checksum?.listUrl ?? url)}: ${problem}` };
  if (file.type === 'directory') return { failed: `${file.real} is a folder` };
  if (file.type === 'other' || file.type === 'link') return { failed: `${file.real} is not a regular file` };
  if (checksum && wanted === undefined)
    return { failed: `${checksum.listUrl ?? 'the list'} has no sum of ${downloadName(asked)}` };
  if (file.type === 'file') {
    const same = checksum ? have === wanted : !asked.force || (have !== '' && have === offered);
    if (same) return attributeChanges(file, { owner, group, mode });
  }
  const algorithm = checksum?.algorithm ?? 'sha256';
  const shown = (sum: string): string => (sum === '' ? '' : `${algorithm}:${sum}`);
  return [
    {
      summary: `download ${String(url)} to ${file.real}`,
      before: file.type === 'absent' ? 'absent' : shown(have) || `${file.size} bytes`,
      after: shown(wanted ?? offered) || 'downloaded',
      subject: file.real,
      actions: [run(downloadScript(asked, file, wanted))],
    },
  ];
}

/** The name that the address gives the file; empty where it gives none. */
export function downloadName({ url }: Pick<Download, 'url'>): string {
  const text = url instanceof Secret ? url.reveal() : url;
  return posix.basename(decodeURIComponent(new URL(text).pathname));
}

function downloadScript(asked: Download, file: FileState, wanted: string | undefined): Script {
  const { checksum, owner, group, backup } = asked;
  const isNew = file.type === 'absent';
  const mode =
    asked.mode === undefined ? undefined : octalMode(asked.mode, isNew ? '0644' : file.mode, false);
  const whom = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  return joinScripts([
    sh`file=${file.real}; shown=${String(asked.url)}; wanted=${wanted ?? ''}`,
    fetchFunction('get', fetchOf(asked, true)),
    sumFunction(checksum?.algorithm ?? 'sha256'),
    raw(GET),
    isNew ? raw(':') : sh`chown ${`${file.uid}:${file.gid}`} "$temp" 2>/dev/null || :`,
    whom === '' ? raw(':') : sh`error=$(chown -- ${whom} "$temp" 2>&1) || fail "$error"`,
    sh`error=$(chmod ${mode ?? (isNew ? '0644' : file.mode)} "$temp" 2>&1) || fail "$error"`,
    backup && !isNew ? raw(BACKUP) : raw(':'),
    raw('error=$(mv -f "$temp" "$file" 2>&1) || fail "$error"'),
  ]);
}

const GET = String.raw`fail() { printf 'cannot get %s: %s\n' "$shown" "$1" >&2; exit 1; }
[ -d "${'$'}{file%/*}/" ] || fail "there is no folder ${'$'}{file%/*}"
umask 077
temp=${'$'}{file%/*}/.${'$'}{file##*/}.homerun-part
# A part of unknown origin is only worth keeping where the sum will tell.
if [ -z "$wanted" ] || [ -L "$temp" ]; then rm -f "$temp"; fi
resumed=; [ ! -s "$temp" ] || resumed=yes
trap '[ -n "$wanted" ] || rm -f "$temp"' EXIT
trap 'exit 129' HUP INT TERM
get_all() {
  tries=0
  while :; do
    get "$temp"
    case $? in
    0) return 0 ;;
    75) ;;
    76) rm -f "$temp" ;;
    *) return 1 ;;
    esac
    tries=$((tries + 1)); [ $tries -lt 4 ] || return 1
    sleep 1
  done
}
get_all || fail "$error"
[ -e "$temp" ] || : >"$temp"
if [ -n "$wanted" ]; then
  is=$(sum_of <"$temp")
  [ -n "$is" ] || fail 'the host has no program for this kind of checksum'
  if [ "$is" != "$wanted" ] && [ -n "$resumed" ]; then
    rm -f "$temp"; get_all || fail "$error"
    is=$(sum_of <"$temp")
  fi
  if [ "$is" != "$wanted" ]; then rm -f "$temp"; fail "its checksum is $is and not $wanted, so nothing was changed"; fi
fi`;

const BACKUP = String.raw`backup=$file.$(date +%Y-%m-%d@%H:%M:%S)~
error=$(cp -p "$file" "$backup" 2>&1) || fail "$error"
printf '%s\n' "$backup"`;

function fetchOf(asked: Download, trusted: boolean): Fetch {
  const agent: Readonly<Record<string, string>> =
    asked.http_agent === undefined ? {} : { 'User-Agent': asked.http_agent };
  return {
    url: asked.url,
    headers: trusted ? { ...agent, ...asked.headers } : agent,
    ...(trusted ? { user: asked.url_username, password: asked.url_password } : {}),
    timeout: asked.timeout,
    validateCerts: asked.validate_certs,
  };
}

function sameOrigin(one: string | Secret, other: string): boolean {
  return new URL(one instanceof Secret ? one.reveal() : one).origin === new URL(other).origin;
}
