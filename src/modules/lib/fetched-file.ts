import type { Output } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { pathWord } from './path.ts';

/** A file of the host that is wanted on the controller, or why it cannot be read. */
export type HostFile =
  | {
      readonly kind: 'file';
      /** Absolute, `~` resolved, as it was asked for: links in it are not. */
      readonly path: string;
      readonly size: number;
      readonly sha256: string;
      /** Not everybody on the host may read it. */
      readonly isPrivate: boolean;
      /** Where it differs from what is on the controller, everybody may read it, and it is a text of some size. */
      readonly text?: string;
    }
  | {
      readonly kind: 'absent' | 'broken' | 'directory' | 'irregular' | 'unreadable' | 'hidden' | 'toolless';
      readonly path: string;
    };

/** Asks about one file; `known`: sums of which nothing but themselves is wanted. */
export function hostFileScript(path: string, known: readonly string[]): Script {
  return joinScripts([sh`file=${pathWord(path)}; known=${known.join(' ')}; limit=${SHOWN_LIMIT}`, raw(LOOK)]);
}

/** Texts over this many bytes are not shown. */
const SHOWN_LIMIT = 256 * 1024;

/** Fields end with a NUL, which neither a path nor what counts as text can hold. */
const LOOK = String.raw`LC_ALL=C; export LC_ALL
say() { printf '%s\0' "$@"; }
# Whether others may go there: not where a folder on the way keeps them out.
open_to_all() {
  case $(ls -ld "$1") in ???????r*) ;; *) return 1 ;; esac
  up=${'$'}{1%/*}
  while [ -n "$up" ]; do
    case $(ls -ld "$up") in ?????????[xt]*) ;; *) return 1 ;; esac
    up=${'$'}{up%/*}
  done
}
# Whether it may be there, in a folder that this user cannot enter.
behind_a_door() {
  up=$1
  while up=${'$'}{up%/*}; [ -n "$up" ]; do
    [ ! -d "$up" ] || { [ ! -x "$up" ]; return; }
  done
  return 1
}
case $file in /*) ;; *) file=$PWD/${'$'}{file#./} ;; esac
say "$file"
if [ -d "$file" ]; then say directory; exit 0
elif [ -f "$file" ]; then :
elif [ -e "$file" ]; then say irregular; exit 0
elif [ -L "$file" ]; then say broken; exit 0
elif behind_a_door "$file"; then say hidden; exit 0
else say absent; exit 0; fi
[ -r "$file" ] || { say unreadable; exit 0; }
sum=$(sha256sum <"$file" 2>/dev/null || busybox sha256sum <"$file" 2>/dev/null) || { say toolless; exit 0; }
sum=${'$'}{sum%% *}
real=$(readlink -f "$file" && echo x) || real=$file.x
size=$(wc -c <"$file")
if open_to_all "${'$'}{real%?x}"; then access=open; else access=private; fi
say file "$((size))" "$sum" $access
case " $known " in *" $sum "*) exit 0 ;; esac
[ $access = open ] && [ "$size" -le "$limit" ] || exit 0
[ "$(tr -d '\000' <"$file" | wc -c)" -eq "$size" ] || exit 0
cat "$file"; printf '\0'`;

/** Reads the answer to `hostFileScript`. */
export function parseHostFile(answer: Output): HostFile {
  const [path = '', kind = '', size = '', sha256 = '', access = '', content] = fieldsOf(answer.bytes);
  switch (kind) {
    case 'file':
      return {
        ...{ kind, path, size: Number(size), sha256, isPrivate: access !== 'open' },
        ...(content !== undefined && { text: content }),
      };
    case 'absent':
    case 'broken':
    case 'directory':
    case 'irregular':
    case 'unreadable':
    case 'hidden':
    case 'toolless':
      return { kind, path };
    default:
      throw new Error(
        `a question about a file got no answer: ${answer.stderr.trim() || `exit code ${answer.code}`}`,
      );
  }
}

/** What is not UTF-8 is no text for us: the last field is left out then. */
function fieldsOf(bytes: Uint8Array): readonly string[] {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const fields = text.split('\0').slice(0, -1);
  return fields.length > HEAD && !Buffer.from(text).equals(buffer) ? fields.slice(0, HEAD) : fields;
}

/** Fields before the text. */
const HEAD = 5;
