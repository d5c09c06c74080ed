import { z } from 'zod';
import { type Output, ask, defineModule } from '../model/module.ts';
import { flag, text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { sh } from '../model/script.ts';
import type { Value } from '../model/value.ts';
import { linesOf } from './lib/text.ts';

const WITH_COLONS = ['passwd', 'shadow', 'group', 'gshadow'] as const;
const OTHERS = [
  'ahosts',
  'ahostsv4',
  'ahostsv6',
  'aliases',
  'ethers',
  'hosts',
  'netgroup',
  'networks',
  'protocols',
  'rpc',
  'services',
] as const;

const params = z.strictObject({
  database: z.enum([...WITH_COLONS, ...OTHERS]).describe('Where to look.'),
  key: text.optional().describe('What to look for. Default: everything.'),
  fail_key: flag.default(true).describe('Whether it is a failure where the key is not there.'),
  split: text.optional().describe('What stands between the fields. Default: as the database has it.'),
  service: text
    .optional()
    .describe('Only this source of `nsswitch.conf`, such as `files`; of the host’s `getent`.'),
});

type Params = z.output<typeof params>;

interface State {
  readonly code: number;
  readonly lines: readonly string[];
  readonly problem: string;
}

/** `getent`: users, groups, services and hosts as the host knows them. */
export const getent = defineModule<Params, State>({
  name: 'getent',
  summary: 'Looks up users, groups, services or names of hosts',
  description:
    'Changes nothing. The answer is in the registered result, under the name that Ansible’s fact has: `NAME.getent_passwd.root`, a list of the fields behind the key. A host without `getent` answers from its files.',
  params,
  examples: [
    {
      title: 'The home folder of a user is the fifth field',
      yaml: 'getent:\n  database: passwd\n  key: root\nregister: account',
    },
    {
      title: 'Is there such a group?',
      yaml: 'getent:\n  database: group\n  key: docker\n  fail_key: false\nregister: group',
    },
  ],
  returns: Object.fromEntries(
    [...WITH_COLONS, ...OTHERS].map((name) => [
      `getent_${name}`,
      `what was found in \`${name}\`: fields by key`,
    ]),
  ),
  probe: (asked) => ask(question(asked), readAnswer),
  plan({ code, problem }, { database, key, fail_key: strict }) {
    if (code === 0) return [];
    if (code === 2) return strict ? { failed: `${database} has no \`${key}\`` } : [];
    if (code === 3) return { failed: `${database} cannot be listed`, hint: 'name a `key`' };
    return { failed: problem || `${database} cannot be read`, hint: 'it may need `become: true`' };
  },
  result: (state, asked) => ({ [`getent_${asked.database}`]: entries(state, asked) }),
});

function question({ database, key, service }: Params) {
  const words = [...(service === undefined ? [] : ['-s', service]), database];
  return sh`if command -v getent >/dev/null 2>&1; then getent ${words} ${key === undefined ? [] : [key]}; exit; fi
[ -r ${`/etc/${database}`} ] || exit 1
found=$(grep -v '^#' ${`/etc/${database}`} | awk -v key=${key ?? ''} -F ${isColon(database) ? ':' : '[ \t]+'} 'key == "" || $1 == key')
[ -n "$found" ] || exit 2
printf '%s\\n' "$found"`;
}

function readAnswer({ code, stdout, stderr }: Output): State {
  return { code, lines: linesOf(stdout), problem: stderr.trim() };
}

/** A key that comes several times has a list of lists, as in Ansible. */
function entries({ lines, code }: State, { database, key, split }: Params): Record<string, Value> {
  if (code === 2 && key !== undefined) return { [key]: null };
  const found = new Map<string, Value[]>();
  for (const line of lines) {
    const parts = split ?? (isColon(database) ? ':' : undefined);
    const [name = '', ...fields] = parts === undefined ? line.trim().split(/\s+/) : line.split(parts);
    found.set(name, [...(found.get(name) ?? []), hidden(fields, database)]);
  }
  return Object.fromEntries(
    [...found].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? []) : list]),
  );
}

/** Hashes of passwords are nobody's business. */
function hidden(fields: readonly string[], database: string): Value {
  if (!/shadow/.test(database)) return [...fields];
  return fields.map((field, index) => (index === 0 && /^[$!].{4}/.test(field) ? new Secret(field) : field));
}

function isColon(database: string): boolean {
  return WITH_COLONS.some((name) => name === database);
}
