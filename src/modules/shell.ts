import { z } from 'zod';
import { type Module, defineModule } from '../model/module.ts';
import { path, secretText } from '../model/schema.ts';
import { sh } from '../model/script.ts';
import {
  type Guard,
  probeGuard,
  processChange,
  processParams,
  processResult,
  processReturns,
} from './lib/process.ts';

const params = z.strictObject({
  cmd: secretText.describe('Text for the shell.'),
  executable: path.optional().describe('Another shell, such as `/bin/bash`. Default: `sh`.'),
  ...processParams,
});

type Params = z.output<typeof params>;

/** `shell`: text for a shell. */
export const shell = defineShell('shell');

/** `raw`: the same, for here nothing more than a shell is ever needed. */
export const rawModule = defineShell('raw');

function defineShell(name: string): Module<Params, Guard> {
  return defineModule<Params, Guard>({
    name,
    summary: 'Runs text in a shell',
    description:
      '`shell` and `raw` are the same. Quote what comes from variables, or use `command`. Counts as a change whenever it is run: say when it need not be, with `creates`, `removes`, `unless` or `onlyif`.',
    params,
    freeForm: 'cmd',
    examples: [
      { title: 'A pipe', yaml: `${name}: cat /etc/hosts | wc -l` },
      {
        title: 'Several lines, run once',
        yaml: `${name}:
  cmd: |
    set -e
    date > first-run
    echo done >> first-run
  chdir: /srv
  creates: first-run`,
      },
      {
        title: 'Only where something is missing',
        yaml: `${name}:
  cmd: echo "192.168.1.21 nas" >> /etc/hosts
  unless: grep -q nas /etc/hosts`,
      },
      {
        title: 'In bash',
        yaml: `${name}:
  cmd: a=(1 2 3); echo "\${#a[@]}" > /srv/count
  executable: /bin/bash
  creates: /srv/count`,
      },
    ],
    returns: processReturns,
    probe: (asked) => probeGuard(asked),
    plan(guard, asked) {
      if (guard.kind === 'no-folder')
        return { failed: `${asked.chdir} is not a folder`, hint: 'nothing was run' };
      if (guard.kind === 'skip') return [];
      const { cmd, executable } = asked;
      // Where no other shell is asked for, the text stands in no process's arguments.
      const command = executable === undefined ? sh`eval ${cmd}` : sh`(exec ${executable} -c ${cmd})`;
      return [processChange(asked, String(cmd), command)];
    },
    result: (guard, asked, outputs) => processResult(guard, asked.cmd, outputs, asked.strip_empty_ends),
  });
}
