import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { seconds, text } from '../model/schema.ts';
import { sh } from '../model/script.ts';

const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';

const params = z.strictObject({
  reboot_timeout: seconds.default(600).describe('Seconds after which it is given up.'),
  pre_reboot_delay: seconds.default(0).describe('Seconds until it goes down.'),
  post_reboot_delay: seconds.default(0).describe('Seconds before it is asked for the first time.'),
  test_command: text
    .default(
      '! [ -d /run/systemd/system ] || case $(systemctl is-system-running) in initializing|starting) false ;; esac',
    )
    .describe(
      'Shell command that succeeds once the host can be used. Default: all of its services have had their turn.',
    ),
  reboot_command: text
    .default('systemctl reboot || reboot || /sbin/reboot')
    .describe('Shell command that restarts the host.'),
  boot_time_command: text
    .default(BOOT_ID)
    .describe('Shell command that says something else after every start.'),
  msg: text.optional().describe('What those who are logged in are told.'),
});

type Params = z.output<typeof params>;

/** What the host says of the start that it is running on. */
type State = { readonly boot: string };

/** `reboot`: a restart, and the wait for its end. */
export const reboot = defineModule<Params, State>({
  name: 'reboot',
  summary: 'Restarts the host and waits until it can be used again',
  description: `It belongs into a handler, or under a \`when\`: without one the host restarts on every run. The connection is opened
anew with the same check of the host’s key; a host that comes back with another key is refused. In check mode it is only announced.`,
  params,
  aliases: {
    reboot_timeout_sec: 'reboot_timeout',
    pre_reboot_delay_sec: 'pre_reboot_delay',
    post_reboot_delay_sec: 'post_reboot_delay',
  },
  unsupported: {
    connect_timeout: 'write `--timeout` on the command line',
    connect_timeout_sec: 'write `--timeout` on the command line',
    search_paths: 'write the whole path in `reboot_command`',
  },
  examples: [
    {
      title: 'After a new kernel, in a handler',
      yaml: 'reboot:\n  reboot_timeout: 300',
      needs: 'systemd',
    },
  ],
  returns: { rebooted: 'whether it was', elapsed: 'seconds that it took until the host could be used' },
  probe: ({ boot_time_command: command }) =>
    ask(sh`(eval ${command}) </dev/null`, ({ code, stdout }) => ({ boot: code === 0 ? stdout.trim() : '' })),
  plan({ boot }, asked) {
    if (boot === '')
      return { failed: 'the host does not say when it was started', hint: 'give a `boot_time_command`' };
    const actions = [run(goingDown(asked))];
    const script = sh`(eval ${asked.boot_time_command}) </dev/null || exit
printf '\\n---\\n'; (eval ${asked.test_command}) </dev/null >/dev/null 2>&1 && echo ready
read -r up _ </proc/uptime; printf 'up=%s\\n' "\${up%.*}"`;
    const isBack = ({ stdout }: { readonly stdout: string }): boolean => {
      const [now = '', ready = ''] = stdout.split('\n---\n');
      return now.trim() !== '' && now.trim() !== boot && ready.startsWith('ready');
    };
    const delay = asked.pre_reboot_delay + 2 + asked.post_reboot_delay;
    const awaits = { script, isBack, delay, pause: 1, timeout: asked.reboot_timeout };
    return [{ summary: 'restart the host', before: boot, after: '(another start)', actions, awaits }];
  },
  result: (_state, _asked, outputs) => ({
    rebooted: outputs.length > 1,
    elapsed: Number(/^up=(\d+)$/m.exec(outputs[1]?.stdout ?? '')?.[1] ?? 0),
  }),
});

/** Detached, so that the answer still comes back over the connection that is about to end. */
function goingDown({ reboot_command: command, pre_reboot_delay: delay, msg }: Params) {
  const say = msg === undefined ? sh`:` : sh`printf '%s\\n' ${msg} | wall 2>/dev/null`;
  const work = sh`sleep ${Math.ceil(delay) + 1}; (eval ${command})`.text;
  return sh`[ "$(id -u)" = 0 ] || { echo 'only root may restart the host: add \`become: true\`' >&2; exit 1; }
${say}
if command -v setsid >/dev/null 2>&1; then setsid sh -c ${work} </dev/null >/dev/null 2>&1 &
else nohup sh -c ${work} </dev/null >/dev/null 2>&1 & fi`;
}
