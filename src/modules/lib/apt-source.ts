import { type Change, type Plan, run } from '../../model/module.ts';
import { joinScripts, raw, sh } from '../../model/script.ts';
import { aptPrelude } from './apt-get.ts';
import { planFile } from './file-change.ts';
import type { FileState } from './file-state.ts';

export const KEYRINGS = '/etc/apt/keyrings';

/**
 * Reads the new file's own lists before it takes the old one's place: a source that cannot be read would break every
 * later `apt-get update`. It goes under a name that apt understands.
 */
function verify(suffix: string): string {
  return `sh -c 'folder=$(mktemp -d) || exit
trap "rm -rf $folder" EXIT
chmod 755 "$folder" && cp "$1" "$folder/new.${suffix}" && chmod 644 "$folder/new.${suffix}" || exit
${VERIFY.replace('SUFFIX', suffix)}' sh %s`;
}

const VERIFY = `out=$(LC_ALL=C apt-get -q -o DPkg::Lock::Timeout=300 -o APT::Update::Error-Mode=any -o Dir::Etc::SourceList="$folder/new.SUFFIX" -o Dir::Etc::SourceParts=- -o APT::List-Cleanup=0 update 2>&1) || { printf "%s\\n" "$out" | grep "^[EW]:" | head -n 3 | tr "\\n" " "; exit 1; }`;

/** Writes a list of sources, and fetches what it names. */
export function planSource(
  state: FileState,
  content: string,
  {
    mode = '0644',
    update,
    suffix,
  }: { mode?: string | undefined; update: boolean; suffix: 'list' | 'sources' },
): Plan {
  const isOff = suffix === 'sources' ? /^Enabled: no$/m.test(content) : !/^\s*deb/m.test(content);
  const validate = update && !isOff ? { validate: verify(suffix) } : {};
  return planFile(state, { content, mode, owner: 'root', group: 'root', ...validate });
}

/** Takes a file of sources away, and the lists that came of it. */
export function removeSource(path: string, update: boolean): Change {
  const refresh = update ? raw('update || fail') : raw(':');
  return {
    summary: `remove ${path}`,
    before: 'present',
    after: 'absent',
    subject: path,
    actions: [
      run(
        joinScripts([
          sh`rm -f -- ${path} || exit`,
          aptPrelude({ lockTimeout: 300, dpkgOptions: [] }),
          refresh,
        ]),
      ),
    ],
  };
}

/** The key that signs: a file of its own, as text in armour. */
export function planKey(state: FileState, key: string): Plan {
  const content = key.endsWith('\n') ? key : `${key}\n`;
  return planFile(state, { content, mode: '0644', owner: 'root', group: 'root', createFolder: '0755' });
}
