import { z } from 'zod';
import { type Change, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { flag, path, text } from '../model/schema.ts';
import { type Script, joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStateScript, parseFileState } from './lib/file-state.ts';
import { normalizeValue, procPath, readKey, removeKey, setKey } from './lib/sysctl-file.ts';

const params = z
  .strictObject({
    name: text
      .refine((name) => /^[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_@:*-]+)+$/.test(name), 'no such kernel setting')
      .describe('The setting. A dot in a name is written as a slash: `net.ipv4.conf.eth0/1.forwarding`.'),
    value: z
      .union([text, flag.transform((value) => (value ? '1' : '0'))])
      .optional()
      .describe('Its value; several parts with blanks between them.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file shall set it.'),
    sysctl_file: path
      .default('/etc/sysctl.d/99-homerun.conf')
      .describe('File that keeps it for the next start.'),
    sysctl_set: flag.default(true).describe('Also sets the running kernel, and reads the value back.'),
    reload: flag.default(false).describe('Lets `sysctl -p` read the whole file again after a change.'),
    ignoreerrors: flag.default(false).describe('Goes on where the running kernel does not know the setting.'),
  })
  .superRefine(({ state, value }, context) => {
    if (state === 'present' && value === undefined)
      context.addIssue({
        code: 'custom',
        path: ['value'],
        message: '`sysctl` needs `value` unless `state: absent`',
      });
  });

type Params = z.infer<typeof params>;

interface State {
  readonly file: FileState;
  /** What the running kernel has; absent: it does not know the setting. */
  readonly live?: string;
  /** Lines `FILE:TEXT` of all files read at the start of the host that speak of it. */
  readonly others: readonly string[];
}

export const sysctl = defineModule<Params, State>({
  name: 'sysctl',
  summary: 'Sets a setting of the kernel, now and for the next start.',
  description: `Differs from Ansible's in three defaults: the file is \`/etc/sysctl.d/99-homerun.conf\` (newer systems do
not read \`/etc/sysctl.conf\`), the running kernel is set too (\`sysctl_set\`) and the value read back, and the rest of
the file is not loaded again (\`reload\`), because one unrelated line could then make the task fail.`,
  params,
  aliases: { key: 'name', val: 'value' },
  examples: [
    { title: 'Forwarding', yaml: 'sysctl:\n  name: net.ipv4.ip_forward\n  value: 1\n', needs: 'root' },
    {
      title: 'A setting of one interface, in a file of its own',
      yaml: 'sysctl:\n  name: net.ipv4.conf.eth0/1.rp_filter\n  value: 2\n  sysctl_file: /etc/sysctl.d/50-router.conf\n  ignoreerrors: true\n',
      needs: 'root',
    },
    {
      title: 'Not set by us any more',
      yaml: 'sysctl:\n  name: vm.swappiness\n  state: absent\n',
      needs: 'root',
    },
  ],
  probe: (given) =>
    ask(question(given), (output) => {
      const answers = new Answers(output);
      const live = answers.has('known') ? { live: answers.all('live').join('\n') } : {};
      return { file: parseFileState(answers.rest), ...live, others: answers.all('other') };
    }),
  plan,
  result: ({ live }) => (live === undefined ? {} : { before: normalizeValue(live) }),
});

function question(given: Params): Script {
  const proc = `/proc/sys/${procPath(given.name)}`;
  const last = procPath(given.name).split('/').at(-1) ?? '';
  return joinScripts([
    sh`if [ -e ${proc} ]; then echo known=yes; sed 's/^/live=/' ${proc} 2>/dev/null; fi`,
    sh`grep -sH -e ${last} /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf | sed 's/^/other=/'`,
    raw('echo ---'),
    fileStateScript({ path: given.sysctl_file, content: 'text' }),
  ]);
}

function plan(state: State, given: Params): Plan {
  const { name, sysctl_file: file, value = '' } = given;
  if (state.file.type === 'file' && state.file.content.kind !== 'text')
    return { failed: `${file} is no text that can be edited (${state.file.content.kind})` };
  const before = state.file.content.kind === 'text' ? state.file.content.text : '';
  const absent = given.state === 'absent';
  const after = absent ? removeKey(before, name) : setKey(before, name, value);
  const changes: Change[] = [];
  if (after !== before) {
    const written = planFile(state.file, { content: after, createFolder: true });
    if (isFailure(written)) return written;
    changes.push(...written);
    if (given.reload) changes.push(loadAgain(file));
  }
  if (absent) return changes;
  const later = overridden(state.others, given);
  if (later !== undefined) return later;
  if (!given.sysctl_set || (state.live === undefined && given.ignoreerrors)) return changes;
  if (state.live === undefined)
    return {
      failed: `the kernel of this host has no setting ${name}`,
      hint: 'is its module loaded, its interface there? `ignoreerrors: true` writes only the file',
    };
  return normalizeValue(state.live) === normalizeValue(value)
    ? changes
    : [...changes, setLive(state.live, given)];
}

/** The file that is read last wins at the next start; ours must not lose silently. */
function overridden(
  others: readonly string[],
  { name, value = '', sysctl_file: own }: Params,
): Plan | undefined {
  const base = own.split('/').at(-1) ?? '';
  for (const other of others) {
    const [, path = '', line = ''] = /^([^:]+):(.*)$/.exec(other) ?? [];
    const file = path.split('/').at(-1) ?? '';
    const theirs = readKey(line, name);
    if (file <= base || theirs === undefined || normalizeValue(theirs) === normalizeValue(value)) continue;
    return {
      failed: `${path} is read after ${own} and sets ${name} to ${theirs}: it would win at the next start`,
      hint: `set \`sysctl_file: ${path}\`, or take the line out there`,
    };
  }
  return undefined;
}

function setLive(live: string, { name, value = '' }: Params): Change {
  const proc = `/proc/sys/${procPath(name)}`;
  const wanted = normalizeValue(value);
  const script = sh`error=$( { printf '%s\n' ${wanted} | cat >${proc}; } 2>&1 ) || { printf '%s: %s\n' ${`the kernel refused ${wanted} for ${name}`} "\${error##*: }" >&2; exit 1; }
set -f; is=$(echo $(cat ${proc})); [ "$is" = ${wanted} ] || { printf '%s\n' ${`the kernel made something else of ${name} = ${wanted}`}": $is" >&2; exit 1; }`;
  return {
    summary: `set ${name} to ${wanted} in the running kernel`,
    before: normalizeValue(live),
    after: wanted,
    subject: name,
    actions: [run(script)],
  };
}

function loadAgain(file: string): Change {
  return { summary: `load ${file}`, actions: [run(sh`sysctl -q -p ${file}`)] };
}
