import { z } from 'zod';
import { defineModule } from '../model/module.ts';
import { textList } from '../model/schema.ts';
import { apt } from './apt.ts';
import { aptParams } from './lib/apt-params.ts';
import type { AptState } from './lib/apt-probe.ts';

const params = z.strictObject({
  name: textList.describe('Packages: `name`, or `name=version`.'),
  state: aptParams.shape.state.describe('Installed in any version, not installed, or in the newest version.'),
  use: z.enum(['auto', 'apt']).default('auto').describe('There is only one yet.'),
});

type Params = z.output<typeof params>;

/** `package`: `apt`, under the name that Ansible has for any system. */
export const packageModule = defineModule<Params, AptState>({
  name: 'package',
  summary: 'Installs and removes packages',
  description: 'It is `apt` with the two parameters that all systems share; other systems are refused.',
  params,
  aliases: { pkg: 'name' },
  examples: [{ title: 'Packages', yaml: 'package:\n  name: [cron, screen]\n', needs: 'network' }],
  probe: (asked) => apt.probe(asApt(asked), {}),
  plan: (state, asked) => apt.plan(state, asApt(asked), {}),
});

function asApt({ name, state }: Params): z.output<typeof aptParams> {
  return aptParams.parse({ name, state });
}
