import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';

const params = z.strictObject({
  max_skew: z
    .int()
    .min(2)
    .default(60)
    .describe(
      'Seconds that the clock may be off before it is set; below that it is for a time server to mend.',
    ),
});

interface State {
  /** Seconds since 1970, by the host's own clock. */
  readonly host: number;
  /** The same by the controller's, when the answer came. */
  readonly controller: number;
  /** The host follows a time server, and has heard of it. */
  readonly synchronized: boolean;
}

export const clock = defineModule<z.infer<typeof params>, State>({
  name: 'clock',
  summary: 'Sets the clock of the host by that of the controller, where it is far off.',
  description: `A Raspberry Pi has no clock that runs without power: until it has found a time server it lives in the past, and
apt, certificates and a tunnel are refused as not valid yet. So this comes first. A host that follows a time server
already (by systemd-timesyncd or chrony) is left alone: its clock is better than the controller's. Ansible has no such module.`,
  params,
  examples: [
    { title: 'Before anything looks at the date', yaml: 'clock:\n', needs: 'root' },
    { title: 'Closer', yaml: 'clock:\n  max_skew: 5\n', needs: 'root' },
  ],
  returns: { skew: 'seconds that the clock was ahead of the controller; below zero: behind' },
  probe: () =>
    ask(
      sh`echo "now=$(date +%s)"
[ ! -e /run/systemd/timesync/synchronized ] || echo synchronized=yes
! command -v chronyc >/dev/null 2>&1 || ! chronyc -n tracking 2>/dev/null | grep -q '^Leap status *: Normal' || echo synchronized=yes`,
      (output) => {
        const answers = new Answers(output);
        const host = Number.parseInt(answers.get('now'), 10);
        if (output.at === undefined || Number.isNaN(host)) throw new Error('no time in the answer');
        return { host, controller: Math.round(output.at / 1000), synchronized: answers.has('synchronized') };
      },
    ),
  plan({ host, controller, synchronized }, { max_skew }) {
    if (synchronized || Math.abs(host - controller) <= max_skew) return [];
    // What was saved at the last shutdown is where a host without a clock begins after a power cut.
    const script = sh`date -u -s @${String(controller)} >/dev/null || exit
if command -v fake-hwclock >/dev/null 2>&1; then fake-hwclock save; fi`;
    const change = {
      summary: `set the clock, which is ${howFar(host - controller)}`,
      before: iso(host),
      after: iso(controller),
    };
    return [{ ...change, actions: [run(script)] }];
  },
  result: ({ host, controller }) => ({ skew: host - controller }),
});

function howFar(skew: number): string {
  const size = Math.abs(skew);
  const [amount, unit] =
    size < 120
      ? [size, 'seconds']
      : size < 7200
        ? [size / 60, 'minutes']
        : size < 172_800
          ? [size / 3600, 'hours']
          : [size / 86_400, 'days'];
  return `${Math.round(amount)} ${unit} ${skew < 0 ? 'behind' : 'ahead'}`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
