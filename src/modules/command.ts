import { z } from 'zod';
import { defineModule } from '../model/module.ts';
import { secretText } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { type Interpolation, type Script, joinScripts, sh } from '../model/script.ts';
import { splitWords } from '../model/words.ts';
import { pathWord } from './lib/path.ts';
import {
  type Guard,
  probeGuard,
  processChange,
  processParams,
  processResult,
  processReturns,
} from './lib/process.ts';

const params = z
  .strictObject({
    cmd: secretText
      .optional()
      .describe('The command line. Quotes hold words together; nothing else is special.'),
    argv: z.array(secretText).min(1).optional().describe('The words themselves, instead of `cmd`.'),
    ...processParams,
  })
  .superRefine(({ cmd, argv }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if ((cmd === undefined) === (argv === undefined)) complain('give either a command line or `argv`');
    const words = cmd === undefined ? ['-'] : splitWords(cmd instanceof Secret ? cmd.reveal() : cmd);
    if (words === undefined) complain('a quote in the command line is not closed');
    if (words?.length === 0) complain('the command line is empty');
  });

type Params = z.output<typeof params>;

/** `command`: one program with its arguments, without a shell. */
export const command = defineModule<Params, Guard>({
  name: 'command',
  summary: 'Runs a program, without a shell',
  description:
    'There are no pipes, patterns and, unlike with Ansible’s, no variables: use `shell` for these; only `~/` at the start of a word is the home folder. Counts as a change whenever it is run: say when it need not be, with `creates`, `removes`, `unless` or `onlyif`.',
  params,
  freeForm: 'cmd',
  examples: [
    { title: 'Just a command', yaml: 'command: uname -r' },
    {
      title: 'Only once',
      yaml: `command:
  cmd: cp hosts "hosts of the first day"
  chdir: /etc
  creates: hosts of *`,
    },
    {
      title: 'Words with anything in them',
      yaml: `command:
  argv: [touch, /srv/it's here]
  creates: /srv/it's here`,
    },
    {
      title: 'Only where something is missing',
      yaml: `command:
  cmd: tee -a /etc/hosts
  stdin: 192.168.1.21 nas
  unless: grep -q nas /etc/hosts`,
    },
  ],
  returns: processReturns,
  probe: (asked) => probeGuard(asked),
  plan(guard, asked) {
    if (guard.kind === 'no-folder')
      return { failed: `${asked.chdir} is not a folder`, hint: 'nothing was run' };
    return guard.kind === 'skip' ? [] : [processChange(asked, shownLine(asked), commandOf(asked))];
  },
  result: (guard, asked, outputs) =>
    processResult(guard, asked.cmd ?? shownLine(asked), outputs, asked.strip_empty_ends),
});

/** `exec`, so that the program's name is never taken for a builtin or a function of the shell. */
function commandOf(asked: Params): Script {
  const words = wordsOf(asked).map((word) => sh`${wordOf(word)}`);
  return sh`(exec ${joinScripts(words, ' ')})`;
}

function wordOf(word: string | Secret): Interpolation {
  return typeof word === 'string' && /^~[A-Za-z0-9_.-]*(?:\/|$)/.test(word) ? pathWord(word) : word;
}

/** The words of a secret line are secrets. */
function wordsOf({ cmd, argv }: Params): readonly (string | Secret)[] {
  if (argv !== undefined) return argv;
  if (cmd instanceof Secret) return (splitWords(cmd.reveal()) ?? []).map((word) => new Secret(word));
  return splitWords(cmd ?? '') ?? [];
}

function shownLine(asked: Params): string {
  return String(asked.cmd ?? asked.argv?.map(String).join(' ') ?? '');
}
