import { z } from 'zod';
import { type Output, ask, defineModule } from '../model/module.ts';
import { raw } from '../model/script.ts';
import type { Value } from '../model/value.ts';
import { linesOf } from './lib/text.ts';

const params = z.strictObject({
  manager: z.enum(['auto', 'apt']).default('auto').describe('There is only one yet.'),
});

type Params = z.output<typeof params>;

/** Undefined where the host has no dpkg. */
type State = readonly string[] | undefined;

/** `package_facts`: what is installed. */
export const packageFacts = defineModule<Params, State>({
  name: 'package_facts',
  summary: 'Lists the packages that are installed',
  description: `Changes nothing. In a condition: \`"cron" in installed.packages\`, \`installed.packages.cron[0].version\`.
Ansible’s fact \`packages\` is the registered result here.`,
  params,
  unsupported: { strategy: 'leave it out: there is only one manager' },
  examples: [{ title: 'What is there', yaml: 'package_facts: {}\nregister: installed', needs: 'root' }],
  returns: { packages: 'by name, a list of maps: `name`, `version`, `arch`, `category`, `source`' },
  probe: () => ask(raw(SCRIPT), readAnswer),
  plan: (state) =>
    state === undefined
      ? { failed: 'the host has no dpkg', hint: 'run its package manager with `command`' }
      : [],
  result: (state) => ({ packages: packagesOf(state ?? []) }),
});

const SCRIPT = String.raw`command -v dpkg-query >/dev/null || exit 3
dpkg-query -W -f '${'$'}{db:Status-Abbrev}\t${'$'}{Package}\t${'$'}{Version}\t${'$'}{Architecture}\t${'$'}{Section}\n'`;

function readAnswer({ code, stdout, stderr }: Output): State {
  if (code === 3) return undefined;
  if (code !== 0) throw new Error(`dpkg-query does not answer: ${stderr.trim()}`);
  return linesOf(stdout);
}

function packagesOf(lines: readonly string[]): Record<string, Value> {
  const found = new Map<string, Value[]>();
  for (const line of lines) {
    const [status = '', name = '', version = '', arch = '', category = ''] = line.split('\t');
    if (!/^.i/.test(status)) continue;
    found.set(name, [...(found.get(name) ?? []), { name, version, arch, category, source: 'apt' }]);
  }
  return Object.fromEntries(found);
}
