import { posix } from 'node:path';
import { z } from 'zod';
import { type Inputs, defineModule } from '../model/module.ts';
import { text } from '../model/schema.ts';
import { type Script, sh } from '../model/script.ts';
import { splitWords } from '../model/words.ts';
import {
  type Guard,
  probeGuard,
  processChange,
  processParams,
  processResult,
  processReturns,
} from './lib/process.ts';
import { loadedFiles } from './lib/sources.ts';

const params = z
  .strictObject({
    cmd: text.describe('The script, and its arguments behind it; quotes hold words together.'),
    executable: text
      .optional()
      .describe('What runs it, such as `python3`. Default: its own first line, or `sh`.'),
    ...processParams,
  })
  .superRefine(({ cmd }, context) => {
    const words = splitWords(cmd);
    const message =
      words === undefined ? 'a quote in the command line is not closed' : 'the command line is empty';
    if (words === undefined || words.length === 0) context.addIssue({ code: 'custom', message });
  });

type Params = z.output<typeof params>;

/** `script`: a script of the controller, run on the host. */
export const script = defineModule<Params, Guard>({
  name: 'script',
  summary: 'Runs a script of the controller on the host',
  description:
    'It is looked for in `files/`, lies in a private folder of the host while it runs, and is gone afterwards. Counts as a change whenever it is run: say when it need not be, with `creates`, `removes`, `unless` or `onlyif`.',
  params,
  freeForm: 'cmd',
  inputs: { cmd: 'script' },
  unsupported: {
    decrypt: 'leave it out: files from ansible-vault are decrypted where homerun has their password',
  },
  examples: [
    {
      title: 'With an argument',
      yaml: 'script: setup.sh "two words"\nargs:\n  creates: /srv/set-up\n  chdir: /srv',
    },
    {
      title: 'By another program',
      yaml: `script:
  cmd: measure.awk
  executable: awk -f
  stdin: 1 2 3`,
    },
  ],
  returns: processReturns,
  probe: (asked) => probeGuard(asked),
  plan(guard, asked, inputs) {
    if (guard.kind === 'no-folder')
      return { failed: `${asked.chdir} is not a folder`, hint: 'nothing was run' };
    if (guard.kind === 'skip') return [];
    const content = contentOf(inputs);
    if (content === undefined)
      return { failed: 'it is larger than 100 KiB, or no text', hint: 'use `copy`, and then `command`' };
    return [processChange(asked, asked.cmd, runScript(asked, content))];
  },
  result: (guard, asked, outputs) => processResult(guard, asked.cmd, outputs, asked.strip_empty_ends),
});

/** It travels as a part of the shell's own text. */
const LIMIT = 100 * 1024;

function contentOf(inputs: Inputs) {
  const file = loadedFiles(inputs, 'cmd')?.files[0];
  if (file === undefined || file.bytes.length > LIMIT || file.bytes.includes(0)) return undefined;
  const text = Buffer.from(file.bytes).toString('utf8');
  return Buffer.from(text).equals(Buffer.from(file.bytes)) ? (file.secret ?? text) : undefined;
}

/** In a subshell, whose end takes the folder away; what reads `stdin` is the script. */
function runScript({ cmd, executable }: Params, content: NonNullable<ReturnType<typeof contentOf>>): Script {
  const [file = '', ...words] = splitWords(cmd) ?? [];
  const by = executable === undefined ? [] : (splitWords(executable) ?? []);
  return sh`(folder=$(umask 077; mktemp -d) || exit
trap 'rm -rf -- "$folder"' EXIT; trap 'exit 129' HUP INT TERM
file=$folder/${posix.basename(file)}
printf %s ${content} >"$file" && chmod 700 "$file" || exit
${by} "$file" ${words})`;
}
