import { posix } from 'node:path';
import { type Action, run } from '../../model/module.ts';
import { Secret } from '../../model/secret.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { pathWord } from './path.ts';

/** What a file shall hold and be. */
export interface FileToWrite {
  /** On the host. Content over 48 KiB needs an absolute path (`real` of a file's state) to travel as an upload. */
  readonly path: string;
  /** `hostPath`: the content of another file of the same host. */
  readonly bytes: Uint8Array | string | Secret | { readonly hostPath: string };
  /** Name or number; absent: that of the file that is replaced. */
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** Octal (see `octalMode`); absent: that of the file that is replaced, `0644` for a new one. */
  readonly mode?: string | undefined;
  /** Shell command run on the new file before it takes the old one's place; `%s` stands for its path. */
  readonly validate?: string | undefined;
  /** Keeps the old file beside the new one as `PATH.YYYY-MM-DD@HH:MM:SS~`; that path is the script's output. */
  readonly backup?: boolean | undefined;
  /** Creates missing parent folders, with this mode where one is given. */
  readonly createFolder?: boolean | string | undefined;
}

/**
 * Puts a file in place whole or not at all: written beside the old one, given its owner and mode, checked, and
 * renamed over it. Follows a symbolic link to its target; refuses what is not a regular file. A failure leaves
 * the old file as it was, nothing beside it, and one line on stderr that says why.
 */
export function writeFile(file: FileToWrite): readonly Action[] {
  const upload = uploadOf(file);
  if (upload === undefined) {
    return [run(joinScripts([opening(file), raw(CREATE), keeping(file), content(file.bytes), finish(file)]))];
  }
  const fetch = sh`error=$({ cat "$upload" >"$temp"; } 2>&1) || broke "$error"`;
  return [
    run(joinScripts([opening(file), sh`upload=${upload.path}`, raw(CREATE_UPLOAD)])),
    upload,
    run(
      joinScripts([
        opening(file),
        sh`upload=${upload.path}`,
        raw(CREATE),
        keeping(file),
        fetch,
        finish(file),
      ]),
    ),
  ];
}

/** More than this is slow to read for a shell, and goes past it. */
const SCRIPT_LIMIT = 48 * 1024;

function uploadOf(file: FileToWrite): Extract<Action, { kind: 'upload' }> | undefined {
  if (file.path.startsWith('~')) return undefined;
  const bytes = typeof file.bytes === 'string' ? Buffer.from(file.bytes) : file.bytes;
  if (!(bytes instanceof Uint8Array)) return undefined;
  if (bytes.length <= SCRIPT_LIMIT) return undefined;
  const path = posix.join(posix.dirname(file.path), `.${posix.basename(file.path)}.homerun-upload`);
  return { kind: 'upload', bytes, path, mode: '0600' };
}

/** `set -e` would be of no use: a shell switches it off wherever a caller tests the script's exit code. */
function opening(file: FileToWrite): Script {
  const script = sh`path=${pathWord(file.path)}; shown=${file.path}; temp=; upload=
fail() { printf 'cannot write %s: %s\\n' "$shown" "$1" >&2; exit 1; }
broke() { fail "\${1##*: }"; }`;
  return joinScripts([script, folder(file), raw(RESOLVE)]);
}

function folder(file: FileToWrite): Script {
  if (file.createFolder === undefined || file.createFolder === false) return raw(':');
  const mode = file.createFolder === true ? raw('') : sh`-m ${file.createFolder} `;
  return sh`[ -d "\${path%/*}/" ] || error=$(umask 022; mkdir -p ${mode}"\${path%/*}/" 2>&1) || broke "$error"`;
}

/** `readlink` only where there is a link: old busybox fails on names that do not exist yet. */
const RESOLVE = String.raw`real=$path
if [ -L "$path" ]; then
  real=$(readlink -f "$path" && echo x) || fail 'it is a broken link'
  real=${'$'}{real%?x}
fi
[ ! -d "$real" ] || fail 'it is a directory'
old=
if [ -e "$real" ]; then
  [ -f "$real" ] || fail 'it is not a regular file'
  old=yes
fi
umask 077`;

/** Created without following anything (`set -C`), as the folder may be writable for others. */
const CREATE_UPLOAD = `error=$(rm -f "$upload" 2>&1 && set -C && { : >"$upload"; } 2>&1) || broke "$error"`;

/** The copy brings mode and owner along; there may be no \`stat\` to read them with. */
const CREATE = String.raw`temp=${'$'}{real%/*}/.${'$'}{real##*/}.homerun
trap 'rm -f "$temp" "$upload"' EXIT
trap 'exit 129' HUP INT TERM
error=$(rm -f "$temp" 2>&1 && set -C && { : >"$temp"; } 2>&1) || broke "$error"
if [ -n "$old" ]; then error=$(cp -p "$real" "$temp" 2>&1) || broke "$error"; fi`;

/** Before new content goes in: nobody may read it who could read the old, where the mode is about to change. */
function keeping(file: FileToWrite): Script {
  if (file.mode !== undefined) return raw('chmod 600 "$temp" || exit 1');
  return raw('locked=; [ -w "$temp" ] || { locked=u-w; chmod u+w "$temp" || exit 1; }');
}

/** Through `cat`, because its message names the cause (disk full), which that of the builtin `printf` does not. */
function content(bytes: FileToWrite['bytes']): Script {
  if (isHostPath(bytes)) {
    return sh`error=$({ cat ${pathWord(bytes.hostPath)} >"$temp"; } 2>&1) || broke "$error"`;
  }
  const text = bytes instanceof Secret || (typeof bytes === 'string' && !bytes.includes('\0'));
  const print = text
    ? sh`printf %s ${bytes}`
    : raw(`printf '${escapeBytes(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)}'`);
  return sh`error=$(${print} 2>/dev/null | { cat >"$temp"; } 2>&1) || broke "$error"`;
}

function isHostPath(bytes: FileToWrite['bytes']): bytes is { readonly hostPath: string } {
  return typeof bytes === 'object' && 'hostPath' in bytes;
}

/** As `printf` reads it: works without `base64`, which small systems lack. */
function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9]/.test(letter) ? letter : `\\${byte.toString(8).padStart(3, '0')}`;
  }).join('');
}

function finish(file: FileToWrite): Script {
  return joinScripts([owning(file), permitting(file), validating(file), saving(file), raw(RENAME)]);
}

function owning({ owner, group }: FileToWrite): Script {
  if (owner === undefined && group === undefined) return raw(':');
  const whom = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  return sh`error=$(chown -- ${whom} "$temp" 2>&1) || broke "$error"`;
}

/** After the owner: `chown` takes away the setuid bit. */
function permitting(file: FileToWrite): Script {
  if (file.mode !== undefined) return sh`error=$(chmod ${file.mode} "$temp" 2>&1) || broke "$error"`;
  return raw('if [ -z "$old" ]; then chmod 644 "$temp"; elif [ -n "$locked" ]; then chmod u-w "$temp"; fi');
}

/** A shell of its own, so that an unbalanced quote in the command breaks nothing here. */
function validating(file: FileToWrite): Script {
  if (file.validate === undefined) return raw(':');
  const command = file.validate.replaceAll(/(["']?)%s\1/g, () => '"$1"');
  const refused = `the new content did not pass \`${file.validate}\`, so nothing was changed`;
  return sh`if ! error=$(sh -c ${command} sh "$temp" </dev/null 2>&1); then
  printf '%s\\n' "$error" >&2
  last=$(printf %s "$error" | tail -n 1)
  fail ${refused}"\${last:+: $last}"
fi`;
}

function saving(file: FileToWrite): Script {
  if (file.backup !== true) return raw(':');
  return raw(String.raw`if [ -n "$old" ]; then
  backup=$real.$(date +%Y-%m-%d@%H:%M:%S)~
  error=$(cp -p "$real" "$backup" 2>&1) || broke "$error"
  printf '%s\n' "$backup"
fi`);
}

const RENAME = `error=$(mv -f "$temp" "$real" 2>&1) || broke "$error"`;
