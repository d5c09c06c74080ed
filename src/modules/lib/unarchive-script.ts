import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { octalMode } from './attributes.ts';
import { type ArchiveKind, escapeName, type ZipEntry } from './archive.ts';
import { pathWord } from './path.ts';

export interface Unpacking {
  readonly dest: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly extra_opts: readonly string[];
  readonly keep_newer: boolean;
  readonly creates?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly mode?: string | undefined;
}

/** Where the archive is: a file of the host, or bytes that travel inside the question. */
export type Source =
  | { readonly hostPath: string }
  | { readonly kind: ArchiveKind; readonly bytes: Uint8Array; readonly entries: readonly ZipEntry[] };

/** Defines `names` and `differences`, which ask an archive in the folder that it was unpacked into. */
export function compareScript(source: Source, asked: Unpacking): Script {
  return joinScripts([
    settings(asked),
    'hostPath' in source ? hostArchive(source.hostPath) : sentArchive(source),
    sh`tar_archive() { give | tar $flag "$@" -f "$file" ${tarFilters(asked)}; }`,
    sh`zip_wanted() { case $1 in ${patterns(asked.exclude)} return 1 ;; esac; ${includes(asked)} }`,
    raw(COMPARE),
  ]);
}

/** Unpacks a file of the host, and gives what was in it owner and mode. */
export function unpackScript(file: string, asked: Unpacking, sent?: Source): Script {
  const whom = `${asked.owner ?? ''}${asked.group === undefined ? '' : `:${asked.group}`}`;
  const mode = asked.mode === undefined ? '' : /^\d/.test(asked.mode) ? `0${asked.mode}` : asked.mode;
  const zipWords = [...asked.extra_opts, ...(asked.keep_newer ? ['-u'] : [])];
  const excluded = asked.exclude.length === 0 ? [] : ['-x', ...asked.exclude];
  const special = asked.keep_newer || asked.exclude.length > 0 ? 'yes' : '';
  const sees = sent === undefined && asked.creates === undefined ? 'yes' : '';
  const newer = asked.keep_newer ? ['--keep-newer-files'] : [];
  return joinScripts([
    compareScript({ hostPath: file }, asked),
    // The names are known better here than there.
    sent !== undefined && 'entries' in sent ? sh`zip_list() { ${zipList(sent.entries)}; }` : raw(':'),
    sh`fail() { printf 'cannot unpack %s: %s\n' ${file} "$1" >&2; exit 1; }
if [ $kind = zip ]; then
  command -v unzip >/dev/null || fail 'the host has no unzip: install it'
  case $(unzip 2>&1 | head -n 1) in
  *BusyBox*)
    [ -z ${sees} ] || ! names | grep -q '?' || fail 'the unzip of this host shows names wrongly: install unzip'
    # It stops at links that are there already.
    each_name | xargs -r -0 sh -c 'for file; do [ ! -L "$file" ] || rm -f "$file"; done' sh ;;
  esac
  error=$(unzip -o -q ${zipWords} "$file" ${asked.include.map(literalPattern)} ${excluded} 2>&1 </dev/null) || [ $? = 1 ]
else
  [ -n "$gnu" ] || [ -z ${special} ] || fail 'the tar of this host can neither exclude nor keep what is newer: install GNU tar'
  case $gnu:$kind in
  yes:tar | :*) ;;
  *) command -v $kind >/dev/null || fail "the host has no $kind: install it" ;;
  esac
  error=$(umask 0; tar_archive -x -p ${newer} 2>&1)
fi || fail "$(printf '%s\n' "$error" | grep -v '^tar: Exiting\|^tar: Error is not' | tail -n 1)"
whom=${whom}; mode=${mode}`,
    raw(ATTRIBUTES),
  ]);
}

/** What `mode` makes of the modes that were found. */
export function wrongMode(mode: string, current: string, isFolder: boolean): boolean {
  return octalMode(mode, current.padStart(4, '0'), isFolder) !== current.padStart(4, '0');
}

function settings({ dest, keep_newer: newer, owner, group, mode }: Unpacking): Script {
  // The outermost folder has no name left with `--strip-components`.
  const ignored = [
    'tar: : Warning: Cannot stat',
    'Removing leading',
    'implausibly old time stamp',
    'is in the future',
    'A lone zero block',
  ];
  if (owner !== undefined) ignored.push(': Uid differs');
  if (group !== undefined) ignored.push(': Gid differs');
  if (mode !== undefined) ignored.push(': Mode differs');
  return sh`LC_ALL=C; export LC_ALL; unset TAR_OPTIONS UNZIP
newer=${newer ? 'yes' : ''}; modes=${mode === undefined ? 'yes' : ''}; ignored=${ignored.join('\n')}
[ "$(id -u)" = 0 ] || ignored="$ignored
: Uid differs
: Gid differs"
dest=${pathWord(dest)}`;
}

function hostArchive(path: string): Script {
  return joinScripts([sh`file=${pathWord(path)}`, raw(LOOK)]);
}

const LOOK = String.raw`give() { :; }
zip_list() {
  unzip -l "$file" >/dev/null 2>&1 || echo '!the archive cannot be read'
  LC_ALL=C.UTF-8 unzip -v "$file" 2>/dev/null | sed -n 's/\\/\\\\/g; s/^ *\([0-9]*\)  *[A-Za-z:]*  *[0-9]*  *-*[0-9]*%  *[^ ]*  *[^ ]*  *\([0-9a-f]\{8\}\)  /\2 \1 /p'
}
case $(head -c 6 "$file" | od -An -tx1 | tr -d ' \n') in
504b0304* | 504b0506*) kind=zip flag= ;;
1f8b*) kind=gzip flag=-z ;;
425a68*) kind=bzip2 flag=-j ;;
fd377a585a00*) kind=xz flag=-J ;;
28b52ffd*) kind=zstd flag=--zstd ;;
*) kind=tar flag= ;;
esac`;

function sentArchive({ kind, bytes, entries }: Exclude<Source, { hostPath: string }>): Script {
  const flags = { zip: '', tar: '', gzip: '-z', bzip2: '-j', xz: '-J', zstd: '--zstd' };
  const give = kind === 'zip' ? raw(':') : sh`printf %s ${Buffer.from(bytes).toString('base64')} | base64 -d`;
  return sh`kind=${kind} flag=${flags[kind]} file=-
give() { ${give}; }
zip_list() { ${zipList(entries)}; }`;
}

function zipList(entries: readonly ZipEntry[]): Script {
  const lines = entries.map(({ crc, size, name }) => `${crc} ${size} ${escapeName(name)}`);
  return sh`printf '%s\n' ${lines.join('\n')}`;
}

function tarFilters({ extra_opts: extra, include, exclude }: Unpacking): readonly string[] {
  return [...extra, ...exclude.map((pattern) => `--exclude=${pattern}`), ...include];
}

/** For `case`, which like unzip lets `*` stand for any text; what means something to the shell is quoted. */
function patterns(list: readonly string[]): Script {
  if (list.length === 0) return raw("'')");
  return raw(`${list.map(casePattern).join(' | ')})`);
}

function casePattern(pattern: string): string {
  const pieces = pattern.split(/([*?]+)/).filter((piece) => piece !== '');
  return pieces.map((piece) => (/^[*?]+$/.test(piece) ? piece : sh`${piece}`.text)).join('');
}

function includes({ include }: Unpacking): Script {
  if (include.length === 0) return raw('return 0;');
  return sh`case $1 in ${patterns(include)} return 0 ;; *) return 1 ;; esac;`;
}

/** Brackets in a name are a pattern to unzip. */
function literalPattern(name: string): string {
  return name.replaceAll('[', '[[]');
}

/**
 * GNU's tar compares by itself. Busybox's does not, and with `keep_newer` only what is missing or older counts: then
 * the listing is compared with what `stat` says. A zip is compared by size and checksum, which is that of gzip.
 */
const COMPARE = String.raw`case $(tar --version 2>/dev/null) in *'GNU tar'*) gnu=yes ;; *) gnu= ;; esac
names() {
  if [ $kind = zip ]; then
    zip_list | grep -v '^!' | while IFS= read -r line; do
      line=${'$'}{line#* }; line=${'$'}{line#* }
      ! zip_wanted "$(printf '%b' "$line")" || printf '%s\n' "$line"
    done
  elif [ -n "$gnu" ]; then tar_archive -t --quoting-style=escape --show-transformed-names 2>/dev/null
  else tar_archive -t 2>/dev/null | sed 's/\\/\\\\/g'; fi
}
# Names without newlines in them go to programs, each ended by a NUL.
each_name() {
  names | while IFS= read -r name; do
    name=${'$'}{name#"${'$'}{name%%[!/]*}"}
    printf './%b\0' "$name"
  done
}
differences() {
  if [ $kind = zip ]; then zip_list | compare_zip
  elif [ -n "$gnu" ] && [ -z "$newer" ]; then
    tar_archive -d 2>&1 | grep -v -F -e "$ignored"
  else
    full=; [ -z "$gnu" ] || full='--full-time --quoting-style=escape --show-transformed-names'
    { tar_archive -t -v $full 2>/dev/null || echo '!the archive cannot be read'; } | compare_list
  fi
}
compare_zip() {
  while IFS= read -r line; do
    case $line in !*) printf '%s\n' "${'$'}{line#!}"; continue ;; esac
    crc=${'$'}{line%% *}; line=${'$'}{line#* }; size=${'$'}{line%% *}; shown=${'$'}{line#* }
    name=$(printf '%b.' "$shown"); name=${'$'}{name%.}
    zip_wanted "$name" || continue
    case $name in
    */) [ -d "./$name" ] || printf '%s: is no folder\n' "$shown"; continue ;;
    esac
    [ ! -L "./$name" ] || continue
    if [ ! -f "./$name" ]; then printf '%s: is missing\n' "$shown"
    elif [ -n "$newer" ]; then :
    elif [ "$(wc -c <"./$name")" -ne "$size" ]; then printf '%s: Size differs\n' "$shown"
    elif [ "$size" -gt 0 ]; then
      set -- $(gzip -1c <"./$name" | tail -c 8 | od -An -tx1)
      [ "$4$3$2$1" = "$crc" ] || printf '%s: Contents differ\n' "$shown"
    fi
  done
}
compare_list() {
  set -f
  while IFS= read -r line; do
    case $line in !*) printf '%s\n' "${'$'}{line#!}"; continue ;; esac
    set -- $line
    shown=${'$'}{line#*" $4 $5 "}; name=$shown link=
    case $1 in
    l*) name=${'$'}{shown%% -> *}; link=${'$'}{shown#* -> } ;;
    h*) name=${'$'}{shown%% link to *} ;;
    esac
    if [ -n "$gnu" ]; then name=$(printf '%b.' "$name"); name=${'$'}{name%.}; fi
    if ! [ -e "./$name" ] && ! [ -L "./$name" ]; then printf '%s: is missing\n' "$shown"; continue; fi
    is=$(stat -c '%A %s %y' "./$name"); perms=${'$'}{is%% *}; is=${'$'}{is#* }; size=${'$'}{is%% *}
    time=${'$'}{is#* }; time=${'$'}{time%% +*}; time=${'$'}{time%% -*}; time=${'$'}{time%%.*}
    case $1 in
    l*) [ "$(readlink "./$name")" = "$link" ] || printf '%s: Symlink differs\n' "$shown" ;;
    -*)
      if [ -n "$newer" ]; then
        ! [ "$time" \< "$4 $5" ] || printf '%s: is older\n' "$shown"
      else
        [ "$size" = "$3" ] || printf '%s: Size differs\n' "$shown"
        [ "$time" = "$4 $5" ] || printf '%s: Mod time differs\n' "$shown"
      fi ;;
    esac
    case $1 in
    [-d]*) [ -n "$newer" ] || [ -z "$modes" ] || [ "$perms" = "$1" ] || printf '%s: Mode differs\n' "$shown" ;;
    esac
  done
}
cd "$dest" 2>/dev/null`;

const ATTRIBUTES = String.raw`if [ -n "$whom" ]; then
  error=$(each_name | xargs -r -0 chown -h -- "$whom" 2>&1) || fail "$error"
fi
if [ -n "$mode" ]; then
  error=$(umask 0; each_name | xargs -r -0 sh -c 'mode=$1; shift
for file; do shift; [ -L "$file" ] || set -- "$@" "$file"; done
[ $# = 0 ] || chmod -- "$mode" "$@"' sh "$mode" 2>&1) || fail "$error"
fi`;
