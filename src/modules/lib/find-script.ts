import { posix } from 'node:path';
import type { Output } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { STAT_FORMAT, parseAttributes } from './file-attributes.ts';
import type { Entry, Found } from './find-filter.ts';
import { pathWord } from './path.ts';
import { withoutSlash } from './sources.ts';

/** What the host is asked for; all else is sorted out here. */
export interface FindQuestion {
  readonly paths: readonly string[];
  readonly patterns: readonly string[];
  readonly use_regex: boolean;
  readonly hidden: boolean;
  readonly contains?: string | undefined;
  readonly read_whole_file: boolean;
  readonly recurse: boolean;
  readonly depth?: number | undefined;
  readonly follow: boolean;
  readonly get_checksum: boolean;
}

/**
 * Lists everything in some folders, each entry ended by `//`, which no path holds: a name may hold a newline, and
 * busybox's `stat` cannot print a NUL. Before it stands `s` for what was skipped, `e` for an entry, `c` for a file
 * that contains what was asked for, and `h` with the sum of one.
 */
export function findScript(asked: FindQuestion): Script {
  const deep = asked.recurse
    ? asked.depth === undefined
      ? []
      : ['-maxdepth', String(asked.depth)]
    : ['-maxdepth', '1'];
  const format = `e/${STAT_FORMAT}/%X:%Z/%F//%n//`;
  // A folder that was named may itself be a link.
  const follow = asked.follow ? '-L' : '-H';
  const expression = asked.read_whole_file ? asked.contains : `^(${asked.contains})`;
  const named = names(asked);
  const passes = [
    sh`-exec stat -c ${format} {} +`,
    ...(asked.contains === undefined
      ? []
      : [
          sh`-type f -exec sh -c 'for f do if grep -qE -e "$0" -- "$f" 2>/dev/null; then printf "c//%s//" "$f"; fi; done' ${expression ?? ''} {} +`,
        ]),
    ...(asked.get_checksum
      ? [
          sh`-type f -exec sh -c 'for f do sum=$(sha256sum <"$f" 2>/dev/null) && printf "h%s//%s//" "\${sum%% *}" "$f"; done' sh {} +`,
        ]
      : []),
  ];
  const finds = passes.map((pass) => sh`find ${follow} "$p" -mindepth 1 ${deep} ${named} ${pass} || bad=yes`);
  const one = joinScripts([
    raw(`one() {
p=$1; bad=
case $p in /) p=/. ;; esac
[ -d "$p/" ] || { printf 's//%s//it is not a folder//' "$p"; return; }
[ -r "$p/" ] && [ -x "$p/" ] || { printf 's//%s//it cannot be read by this user//' "$p"; return; }
{ error=$({`),
    ...finds,
    raw(`[ -z "$bad" ] || echo bad >&2; } 2>&1 >&3); } 3>&1
[ -z "$error" ] || printf 's//%s//%s//' "$p" "$(printf '%s\\n' "$error" | head -n 1 | sed 's|//*|/|g')"
}`),
  ]);
  const calls = asked.paths.map((path) => sh`one ${pathWord(withoutSlash(posix.normalize(path)))}`);
  return joinScripts([
    raw('LC_ALL=C; export LC_ALL'),
    one,
    ...calls,
    raw("printf 'n//'; date +%s; printf //"),
  ]);
}

/** Names are sorted out on the host where its `find` understands them as we do: a hidden one fits `*` not everywhere. */
function names({ patterns, use_regex: regular, hidden }: FindQuestion): Script {
  if (regular || hidden || patterns.length === 0) return raw('');
  const words = patterns.map((pattern) => sh`-name ${pattern}`);
  return sh`\\( ${joinScripts(words, ' -o ')} \\)`;
}

export function readFound({ bytes, code, stderr }: Output): Found {
  const fields = Buffer.from(bytes).toString('utf8').split('//');
  const entries: Entry[] = [];
  const [containing, sums, skipped] = [
    new Set<string>(),
    new Map<string, string>(),
    new Map<string, string>(),
  ];
  let now = 0;
  for (let at = 0; at < fields.length; at += 2) {
    const head = (fields[at] ?? '').replace(/^\n/, '');
    const path = (fields[at + 1] ?? '').replace(/^\/\.\//, '/');
    if (head.startsWith('e')) entries.push(entryOf(head, path));
    else if (head === 'c') containing.add(path);
    else if (head.startsWith('h')) sums.set(path, head.slice(1));
    else if (head === 's') skipped.set(path, fields[++at + 1] ?? '');
    else if (head === 'n') now = Number(path.trim());
  }
  if (code !== 0 || now === 0) throw new Error(`find did not come to its end: ${stderr.trim()}`);
  return { entries, containing, sums, skipped, now };
}

function entryOf(head: string, path: string): Entry {
  const [, attributes = '', times = '', kind = ''] = head.split('/');
  const [atime = '0', ctime = '0'] = times.split(':');
  return { ...parseAttributes(attributes), atime: Number(atime), ctime: Number(ctime), kind, path };
}
