import { createHash } from 'node:crypto';
import type { Output } from '../../model/module.ts';
import { Secret } from '../../model/secret.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { type FileAttributes, STAT_FORMAT, parseAttributes } from './file-attributes.ts';
import { pathWord } from './path.ts';

/** A question about one path. */
export interface FileQuestion {
  readonly path: string;
  /** Asks about a link's target instead of the link; default true. */
  readonly follow?: boolean;
  /**
   * What to send of a regular file's content: nothing (default), only its `checksum`, the `text`, or the text only
   * where the content differs from what is `wanted`, so that a host that is as asked answers with a few bytes.
   */
  readonly content?: 'none' | 'checksum' | 'text' | { readonly wanted: Uint8Array | string | Secret };
  /** Texts over this many bytes are not sent; default 256 KiB. */
  readonly limit?: number;
}

/** What stands at a path. */
export interface FileState extends FileAttributes {
  /** `other`: a device, socket or pipe. `link`: with `follow`, only a link that leads nowhere. */
  readonly type: 'absent' | 'file' | 'directory' | 'link' | 'other';
  /** Absolute, `~` resolved; with `follow`, the path that the link leads to. */
  readonly real: string;
  /** What a symbolic link says, also where it was followed. */
  readonly link?: string;
  readonly content: FileContent;
}

type FileContent =
  | { readonly kind: 'none' }
  /** The same as was wanted. */
  | { readonly kind: 'same' }
  | { readonly kind: 'text'; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: 'checksum'; readonly sha256: string }
  /** Different from what was wanted, but `binary`, too `large`, or `unreadable` for this user. */
  | { readonly kind: 'binary' | 'large' | 'unreadable' };

/** Read-only script that answers all questions; `parseFileStates` reads its output. */
export function fileStatesScript(questions: readonly FileQuestion[]): Script {
  return joinScripts([raw(LOOK), ...questions.map(callOf)]);
}

/** One state for each question, in order. Throws where the output is not that of `fileStatesScript`. */
export function parseFileStates(answer: Output): readonly FileState[] {
  const fields = fieldsOf(answer.bytes);
  if (answer.code !== 0 || fields.length % FIELDS !== 0) {
    throw new Error(
      `a question about files got no answer: ${answer.stderr.trim() || `exit code ${answer.code}`}`,
    );
  }
  const states: FileState[] = [];
  for (let at = 0; at < fields.length; at += FIELDS) states.push(stateOf(fields.slice(at, at + FIELDS)));
  return states;
}

/** The same for one path. */
export function fileStateScript(question: FileQuestion): Script {
  return fileStatesScript([question]);
}

export function parseFileState(answer: Output): FileState {
  const [state] = parseFileStates(answer);
  if (state === undefined) throw new Error('a question about a file got no answer');
  return state;
}

export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function callOf({ path, follow = true, content = 'none', limit = 256 * 1024 }: FileQuestion): Script {
  const kind = typeof content === 'string' ? content : 'differing';
  // What stands there now may be a secret of yesterday, which nobody knows to mask: it stays on the host.
  const most = typeof content !== 'string' && content.wanted instanceof Secret ? -1 : limit;
  const sums = typeof content === 'string' ? ['', ''] : sumsOf(content.wanted);
  return sh`look ${pathWord(path)} ${follow ? 'yes' : 'no'} ${kind} ${most} ${sums}`;
}

/** The sum of a secret is one itself: a short password could be found by trying. */
function sumsOf(wanted: Uint8Array | string | Secret): readonly (string | Secret)[] {
  if (wanted instanceof Secret) return sumsOf(wanted.reveal()).map((sum) => new Secret(String(sum)));
  return [sha256(wanted), createHash('md5').update(wanted).digest('hex')];
}

const FIELDS = 6;

/**
 * Answers with six fields, each ended by a NUL, which occurs neither in names nor in what counts as text.
 * Works with the tools of GNU and busybox, also where `stat` or `sha256sum` was left out.
 */
const LOOK = String.raw`LC_ALL=C; export LC_ALL
look() {
  p=$1 follow=$2 want=$3 limit=$4 sha=$5 md5=$6 link=
  case $p in /*) ;; *) p=$PWD/${'$'}{p#./} ;; esac
  if [ -L "$p" ]; then
    link=$(readlink "$p"; echo x); link=${'$'}{link%?x}
    if [ "$follow" = yes ] && real=$(readlink -f "$p" && echo x); then p=${'$'}{real%?x}; fi
  fi
  if [ -L "$p" ]; then type=link; elif [ -f "$p" ]; then type=file; elif [ -d "$p" ]; then type=directory
  elif [ -e "$p" ]; then type=other; else type=absent; fi
  printf '%s\0%s\0%s\0' "$type" "$p" "$link"
  if [ $type != absent ]; then
    stat -c ${STAT_FORMAT} "$p" 2>/dev/null ||
      { ls -ldn "$p" | head -n 1; ls -ld "$p" | head -n 1; date -r "$p" +%s 2>/dev/null; }
  fi
  printf '\0'
  if [ $type != file ] || [ "$want" = none ]; then printf 'none\0\0'
  elif ! [ -r "$p" ]; then printf 'unreadable\0\0'
  elif [ "$want" = checksum ]; then printf 'checksum\0'; sha256sum <"$p" 2>/dev/null; printf '\0'
  elif [ "$want" = differing ] && same; then printf 'same\0\0'
  elif size=$(wc -c <"$p"); [ "$size" -gt "$limit" ]; then printf 'large\0\0'
  elif [ "$(tr -d '\000' <"$p" | wc -c)" -ne "$size" ]; then printf 'binary\0\0'
  else printf 'text\0'; cat "$p"; printf '\0'; fi
}
same() {
  if sum=$(sha256sum <"$p" 2>/dev/null); then [ "${'$'}{sum%% *}" = "$sha" ]
  elif sum=$(md5sum <"$p" 2>/dev/null); then [ "${'$'}{sum%% *}" = "$md5" ]
  else
    # Without sums only the text itself can tell.
    [ "$limit" -ge 0 ] || limit=262144
    return 1
  fi
}`;

function fieldsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const fields: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
    fields.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return fields;
}

function stateOf(fields: readonly Uint8Array[]): FileState {
  const [type = '', real = '', link = '', attributes = '', kind = ''] = fields.map(decode);
  return {
    type: type as FileState['type'],
    real,
    ...(link === '' ? {} : { link }),
    ...parseAttributes(attributes),
    content: contentOf(kind, fields[5] ?? new Uint8Array()),
  };
}

function contentOf(kind: string, bytes: Uint8Array): FileContent {
  if (kind === 'text') return { kind, text: decode(bytes), bytes };
  if (kind === 'checksum') return { kind, sha256: decode(bytes).split(' ')[0]?.trim() ?? '' };
  return { kind: kind as 'none' | 'same' | 'binary' | 'large' | 'unreadable' };
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
