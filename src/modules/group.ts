import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { flag } from '../model/schema.ts';
import { type Script, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { NO_TOOLS, accountTools, accountToolsScript } from './lib/account-tools.ts';
import { accountName } from './lib/account-name.ts';
import { type Group, findGroup, parseGroups } from './lib/passwd.ts';

const params = z
  .strictObject({
    name: accountName.describe('Name of the group.'),
    gid: z.int().min(0).optional().describe('Its number.'),
    non_unique: flag.default(false).describe('The number may belong to another group, too.'),
    system: flag.default(false).describe('A new group gets a number of the range for services.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether it shall exist.'),
  })
  .refine(({ non_unique: shared, gid }) => !shared || gid !== undefined, '`non_unique` needs `gid`');

type Params = z.infer<typeof params>;

interface State {
  readonly group: Group | undefined;
  /** `shadow`: groupadd and its kin. */
  readonly tools: 'shadow' | 'busybox' | 'none';
}

export const group = defineModule<Params, State>({
  name: 'group',
  summary: 'Creates and removes groups.',
  params,
  unsupported: { local: 'leave it out: only the host’s own groups are changed' },
  examples: [
    { title: 'A group', yaml: 'group:\n  name: backup-readers\n', needs: 'root' },
    { title: 'A group of a service', yaml: 'group:\n  name: weather\n  system: true\n', needs: 'root' },
    { title: 'No such group', yaml: 'group:\n  name: old-team\n  state: absent\n', needs: 'root' },
  ],
  returns: { gid: 'Number of the group, where it was there before.' },
  probe: ({ name }) =>
    ask(question(name), (output) => {
      const answers = new Answers(output);
      return { group: findGroup(parseGroups(answers.all('group')), name), tools: accountTools(answers) };
    }),
  plan({ group: present, tools }, { name, gid, system, state, non_unique: shared }) {
    const full = tools === 'shadow';
    const change = (summary: string, before: string, after: string, script: Script) => [
      { summary, before, after, actions: [run(script)] },
    ];
    const numbered = (number: number | undefined): string =>
      number === undefined ? name : `${name} (${number})`;
    const isThere = present && (gid === undefined || present.gid === gid);
    if (state === 'absent' ? !present : isThere) return [];
    if (tools === 'none') return NO_TOOLS;
    if (present && state === 'absent') {
      const script = full ? sh`groupdel ${name}` : sh`delgroup ${name}`;
      return change(`remove the group ${name}`, numbered(present.gid), '(no such group)', script);
    }
    if (present && gid !== undefined) {
      if (!full)
        return { failed: `the group ${name} has the number ${present.gid}, and this host has no groupmod` };
      const script = sh`groupmod ${shared ? ['-o'] : []} -g ${gid} ${name}`;
      return change(`give the group ${name} the number ${gid}`, numbered(present.gid), numbered(gid), script);
    }
    const flags = [...(system ? [full ? '-r' : '-S'] : []), ...(shared && full ? ['-o'] : [])];
    const number = gid === undefined ? [] : ['-g', String(gid)];
    const script = sh`${raw(full ? 'groupadd' : 'addgroup')} ${[...flags, ...number, name]}`;
    return change(`create the group ${name}`, '(no such group)', numbered(gid), script);
  },
  result: ({ group: present }) => (present ? { gid: present.gid } : {}),
});

function question(name: string): Script {
  return sh`${accountToolsScript}
{ getent group ${name} 2>/dev/null || cat /etc/group; } | sed 's/^/group=/'`;
}
