import { type Change, type Output, run } from '../../model/module.ts';
import { type Script, joinScripts, sh } from '../../model/script.ts';
import { type WantedAttributes, compareAttributes, setAttributes } from './attributes.ts';
import { type FileAttributes, STAT_FORMAT, parseAttributes } from './file-attributes.ts';
import { pathWord } from './path.ts';

/** Something inside a folder; a link stands for itself. */
export interface TreeEntry extends FileAttributes {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link';
}

/** What is inside a folder; `unlisted`: why not all of it could be listed. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  readonly unlisted?: string;
}

export const NO_TREE: Tree = { entries: [] };

/**
 * Adds to a script that ends its answer with a NUL: lists everything in a folder with its attributes. No path
 * holds `//`, so that it can end them: a name may hold a newline, and busybox's `stat` cannot print a NUL.
 */
export function withTree(script: Script, folder: string): Script {
  // One `-exec` and no brackets: busybox forgets those that stand inside them.
  const list = sh`p=${pathWord(folder)}; p=$(cd -P -- "$p" 2>/dev/null && pwd -P && echo x) || exit 0
find "\${p%?x}" -mindepth 1 -exec stat -c ${`${STAT_FORMAT}/%F//%n//`} {} + || exit ${NOT_LISTED}`;
  return joinScripts([script, list]);
}

const NOT_LISTED = 3;

/** Parts the answer of a script `withTree`. */
export function splitTree(answer: Output): { readonly answer: Output; readonly tree: Tree } {
  const end = answer.bytes.lastIndexOf(0) + 1;
  const entries = parseEntries(Buffer.from(answer.bytes.subarray(end)).toString('utf8'));
  const rest = { ...answer, bytes: answer.bytes.subarray(0, end) };
  if (answer.code !== NOT_LISTED) return { answer: rest, tree: { entries } };
  const [unlisted = ''] = answer.stderr.trim().split('\n');
  return { answer: { ...rest, code: 0 }, tree: { entries, unlisted } };
}

function parseEntries(text: string): readonly TreeEntry[] {
  const matches = text.matchAll(/([^/]*)\/([^/]*)\/\/([\s\S]*?)\/\/\n/g);
  return Array.from(matches, ([, attributes = '', kind, path = '']) => ({
    ...parseAttributes(attributes),
    path,
    type: kind === 'directory' ? 'directory' : kind === 'symbolic link' ? 'link' : 'file',
  }));
}

/** One change for all entries that are not as asked. */
export function treeChanges(
  folder: string,
  entries: readonly TreeEntry[],
  wanted: WantedAttributes,
): readonly Change[] {
  const differing = entries.flatMap((entry) => {
    const difference = compareAttributes(entry, wanted);
    return difference.before.length === 0
      ? []
      : [{ path: entry.path, isLink: entry.type === 'link', ...difference }];
  });
  if (differing.length === 0) return [];
  const listed = (which: 'before' | 'after'): string =>
    differing.map((one) => `${one.path}: ${one[which].join(', ')}\n`).join('');
  return [
    {
      summary: `set ${kindsOf(differing)} of ${differing.length} inside ${folder}`,
      before: listed('before'),
      after: listed('after'),
      subject: folder,
      actions: [
        run(joinScripts(differing.map((one) => sh`${setAttributes(one.path, one, one.isLink)} || exit 1`))),
      ],
    },
  ];
}

function kindsOf(differing: readonly { readonly mode?: string; readonly owner?: string }[]): string {
  const kinds = [
    differing.some(({ owner }) => owner !== undefined) ? 'owner' : '',
    differing.some(({ mode }) => mode !== undefined) ? 'mode' : '',
  ];
  return kinds.filter((kind) => kind !== '').join(' and ');
}
