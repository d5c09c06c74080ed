import { type Change, run } from '../../model/module.ts';
import { type Script, joinScripts, sh } from '../../model/script.ts';
import { type WantedAttributes, compareAttributes, setAttributes } from './attributes.ts';
import { type FileAttributes, STAT_FORMAT, parseAttributes } from './file-attributes.ts';
import { pathWord } from './path.ts';

/** Something inside a folder; links are left out. */
export interface TreeEntry extends FileAttributes {
  readonly path: string;
  readonly isFolder: boolean;
}

/**
 * Lists everything in a folder with its attributes. No path holds `//`, so that it can end them: a name may hold
 * a newline, and busybox's `stat` cannot print a NUL.
 */
export function treeScript(folder: string): Script {
  return sh`p=${pathWord(folder)}; p=$(cd -P -- "$p" 2>/dev/null && pwd -P && echo x) || exit 0
p=\${p%?x}
find "\${p%/}/" -mindepth 1 \\( -type d -exec stat -c ${`${STAT_FORMAT}/d//%n//`} {} + -o ! -type l -exec stat -c ${`${STAT_FORMAT}/f//%n//`} {} + \\)`;
}

export function parseTree(text: string): readonly TreeEntry[] {
  return Array.from(
    text.matchAll(/([^/]*)\/([df])\/\/([\s\S]*?)\/\/\n/g),
    ([, attributes = '', kind, path = '']) => ({
      ...parseAttributes(attributes),
      path,
      isFolder: kind === 'd',
    }),
  );
}

/** One change for all entries that are not as asked. */
export function treeChanges(
  folder: string,
  entries: readonly TreeEntry[],
  wanted: WantedAttributes,
): readonly Change[] {
  const differing = entries.flatMap((entry) => {
    const difference = compareAttributes({ ...entry, type: entry.isFolder ? 'directory' : 'file' }, wanted);
    return difference.before.length === 0 ? [] : [{ path: entry.path, ...difference }];
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
      actions: [run(joinScripts(differing.map((one) => sh`${setAttributes(one.path, one)} || exit 1`)))],
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
