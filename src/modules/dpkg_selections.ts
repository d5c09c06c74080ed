import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { text } from '../model/schema.ts';
import { sh } from '../model/script.ts';

const params = z.strictObject({
  name: text
    .refine((name) => /^[a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?$/.test(name), 'no package is called that')
    .describe('The package.'),
  selection: z
    .enum(['install', 'hold', 'deinstall', 'purge'])
    .describe(
      '`hold`: upgrades leave it alone; `install` ends that. The other two are done by `dselect` alone.',
    ),
});

type Params = z.output<typeof params>;

interface State {
  readonly dpkg: boolean;
  /** Empty where dpkg does not know the package. */
  readonly selection: string;
}

/** `dpkg_selections`: whether upgrades may touch a package. */
export const dpkgSelections = defineModule<Params, State>({
  name: 'dpkg_selections',
  summary: 'Holds a Debian package at its version, or lets it go again',
  params,
  examples: [
    {
      title: 'No new kernel by itself',
      yaml: 'dpkg_selections:\n  name: linux-image-arm64\n  selection: hold',
      needs: 'root',
    },
  ],
  returns: { before: 'what was selected' },
  probe: ({ name }) =>
    ask(
      sh`command -v dpkg-query >/dev/null || exit 3; dpkg-query -W -f '\${db:Status-Want}\\n' -- ${name} 2>/dev/null || :`,
      ({ code, stdout }) => ({ dpkg: code !== 3, selection: stdout.split('\n')[0] ?? '' }),
    ),
  plan({ dpkg, selection: before }, { name, selection: after }) {
    if (!dpkg) return { failed: 'the host has no dpkg', hint: 'it belongs to Debian and its kin' };
    if (before === '' || before === 'unknown')
      return { failed: `dpkg does not know ${name}`, hint: 'install it first' };
    if (before === after) return [];
    const script = sh`printf '%s %s\\n' ${name} ${after} | dpkg --set-selections`;
    return [{ summary: `select ${after} for ${name}`, before, after, subject: name, actions: [run(script)] }];
  },
  result: ({ selection }) => ({ before: selection }),
});
