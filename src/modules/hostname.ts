import { z } from 'zod';
import { type Change, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { text } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { setOwnName } from './lib/hosts-file.ts';

const params = z.strictObject({
  name: text
    .refine(
      (name) => name.length <= 64 && /^(?!-)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(name),
      'a host name has letters, digits and hyphens, at most 64',
    )
    .describe('The name, e.g. `pi` or `pi.home.arpa`.'),
});

type Params = z.infer<typeof params>;

interface State {
  readonly live: string;
  readonly hostname: FileState;
  readonly hosts: FileState;
}

export const hostname = defineModule<Params, State>({
  name: 'hostname',
  summary: 'Gives the host its name: now, for the next start, and in /etc/hosts.',
  description: `The line for 127.0.1.1 in /etc/hosts gets the name first, unless another line has it: a host that cannot
resolve its own name makes every \`sudo\` wait. All other lines stay.`,
  params,
  unsupported: { use: 'leave it out: the way is chosen by what the host has' },
  examples: [{ title: 'A name', yaml: 'hostname:\n  name: pi\n', needs: 'root' }],
  probe: () =>
    ask(
      joinScripts([
        raw('echo "live=$(cat /proc/sys/kernel/hostname)"; echo ---'),
        fileStatesScript([
          { path: '/etc/hostname', content: 'text' },
          { path: '/etc/hosts', content: 'text' },
        ]),
      ]),
      (output) => {
        const answers = new Answers(output);
        const [hostnameFile, hosts] = parseFileStates(answers.rest);
        if (!hostnameFile || !hosts) throw new Error('a question about two files got one answer');
        return { live: answers.get('live'), hostname: hostnameFile, hosts };
      },
    ),
  plan,
});

function plan({ live, hostname: file, hosts }: State, { name }: Params): Plan {
  const now = textOf(file);
  const old = now.trim() || live;
  const resolving = planFile(hosts, { content: setOwnName(textOf(hosts), name, old) });
  if (isFailure(resolving)) return resolving;
  const keeping = now.trim() === name ? [] : planFile(file, { content: `${name}\n` });
  if (isFailure(keeping)) return keeping;
  return [...resolving, ...keeping, ...(live === name ? [] : [setLive(live, name)])];
}

/** hostnamed keeps the name in its memory, so it is told where it runs. */
function setLive(before: string, name: string): Change {
  const script = sh`name=${name}
hostnamectl set-hostname "$name" >/dev/null 2>&1 && [ "$(cat /proc/sys/kernel/hostname)" = "$name" ] ||
  hostname "$name" 2>/dev/null || printf '%s' "$name" >/proc/sys/kernel/hostname`;
  return { summary: `name the running host ${name}`, before, after: name, actions: [run(script)] };
}

function textOf({ content }: FileState): string {
  return content.kind === 'text' ? content.text : '';
}
