import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { text } from '../model/schema.ts';
import { sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';

const params = z.strictObject({
  name: text
    .refine(
      (name) => /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name),
      'no time zone is called that',
    )
    .describe('The zone, such as `Europe/Berlin` or `UTC`.'),
});

interface State {
  readonly zone: string;
  /** What Debian's own tools read; empty where the host has no such file. */
  readonly file: string;
  readonly known: boolean;
}

export const timezone = defineModule<z.infer<typeof params>, State>({
  name: 'timezone',
  summary: 'Sets the time zone of the host.',
  description: 'Programs that run already keep the old zone until they are restarted; cron is one of them.',
  params,
  unsupported: {
    hwclock: 'run `timedatectl set-local-rtc` with `command`',
    rtc: 'run `timedatectl set-local-rtc` with `command`',
  },
  examples: [{ title: 'A zone', yaml: 'timezone:\n  name: Europe/Berlin\n', needs: 'root' }],
  probe: ({ name }) =>
    ask(
      sh`link=$(readlink /etc/localtime); echo "zone=\${link#*/zoneinfo/}"
[ ! -f /etc/timezone ] || echo "file=$(cat /etc/timezone)"
[ ! -f /usr/share/zoneinfo/${name} ] || echo known=yes`,
      (output) => {
        const answers = new Answers(output);
        return { zone: answers.get('zone'), file: answers.get('file'), known: answers.has('known') };
      },
    ),
  plan({ zone, file, known }, { name }) {
    if (zone === name && (file === '' || file === name)) return [];
    if (!known)
      return {
        failed: `this host knows no time zone ${name}`,
        hint: 'is the package tzdata installed? is the name right?',
      };
    const script = sh`ln -s /usr/share/zoneinfo/${name} /etc/.localtime.homerun && mv -f /etc/.localtime.homerun /etc/localtime || exit
if [ -f /etc/timezone ]; then printf '%s\n' ${name} >/etc/.timezone.homerun && mv -f /etc/.timezone.homerun /etc/timezone; fi`;
    return [{ summary: `set the time zone to ${name}`, before: zone, after: name, actions: [run(script)] }];
  },
});
