import { z } from 'zod';
import { defineModule, known, run } from '../model/module.ts';
import { path, text } from '../model/schema.ts';
import { sh } from '../model/script.ts';
import { pathWord } from './lib/path.ts';

const part = text.refine((word) => !/[/\n]/.test(word), 'a part of a name has no `/` and no newline');

const params = z.strictObject({
  state: z.enum(['file', 'directory']).default('file').describe('What to make.'),
  path: path.optional().describe('The folder to make it in. Default: `$TMPDIR` of the host, or `/tmp`.'),
  prefix: part.default('homerun.').describe('How its name begins.'),
  suffix: part.default('').describe('How its name ends.'),
});

type Params = z.output<typeof params>;

/** `tempfile`: a file or folder under a name that nothing else has. */
export const tempfile = defineModule<Params, undefined>({
  name: 'tempfile',
  summary: 'Makes an empty file or folder under a new name, for its owner alone',
  description:
    'It makes another one on every run, and nobody removes them: end with `file` and `state: absent`. In check mode there is no path.',
  params,
  examples: [
    {
      title: 'A folder to build in',
      yaml: 'tempfile:\n  state: directory\n  suffix: .build\nregister: build',
    },
  ],
  returns: { path: 'where it is' },
  probe: () => known(undefined),
  plan: (_state, asked) => [{ summary: `make a temporary ${asked.state}`, actions: [run(script(asked))] }],
  result(_state, _asked, outputs) {
    const made = outputs.at(-1)?.stdout.replace(/\n$/, '');
    return made === undefined ? {} : { path: made };
  },
});

/** Not every `mktemp` takes a suffix: it only finds the name, which is then taken by whoever comes first. */
function script({ state, path: folder, prefix, suffix }: Params) {
  const make = state === 'directory' ? sh`mkdir -m 700 -- "$made"` : sh`(set -C; : >"$made")`;
  return sh`folder=${folder === undefined ? sh`"\${TMPDIR:-/tmp}"` : pathWord(folder)}
[ -d "$folder" ] || { printf '%s is not a folder\\n' "$folder" >&2; exit 1; }
umask 077; tries=0
while [ $tries -lt 9 ]; do
  made=$(mktemp -u "$folder/"${prefix}XXXXXXXX)${suffix} || exit
  if ${make} 2>/dev/null; then printf '%s\\n' "$made"; exit 0; fi
  tries=$((tries + 1))
done
printf 'cannot write into %s\\n' "$folder" >&2; exit 1`;
}
