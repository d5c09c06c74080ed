import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, text } from '../model/schema.ts';
import { joinScripts, raw } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { fileStateScript, parseFileState } from './lib/file-state.ts';
import { liveScript } from './lib/mount-live.ts';
import { type MountState, planMount } from './lib/mount-plan.ts';
import { rootPath } from './lib/sections.ts';

const absolute = text.refine(
  (path) => /^(?:\/[^\n\0]*|none|swap)$/.test(path),
  'an absolute path, or `none` for swap',
);

const number = text.refine((value) => /^\d+$/.test(value), 'a number');
const params = z
  .strictObject({
    path: absolute.describe('Where it is mounted; made where it is missing. `none` for swap.'),
    src: text.optional().describe('What is mounted: a device, `UUID=…`, `nas:/srv`, a folder with `bind`.'),
    fstype: text.optional().describe('The file system: `ext4`, `nfs`, `tmpfs`; `none` with `bind`.'),
    opts: text.default('defaults').describe('Options, with commas.'),
    dump: number.default('0').describe('Fifth field of fstab.'),
    passno: number.default('0').describe('Sixth field: in which turn it is checked at boot; `0`: never.'),
    state: z
      .enum(['mounted', 'unmounted', 'present', 'absent', 'remounted', 'ephemeral', 'absent_from_fstab'])
      .describe(
        '`mounted`: in fstab and mounted. `unmounted`: not mounted now. `present`: in fstab alone. `absent`: neither, and its empty folder gone. `remounted`: mounted anew, every time. `ephemeral`: mounted, and not in fstab. `absent_from_fstab`: not in fstab; what is mounted stays.',
      ),
    boot: flag.default(true).describe('`false`: not mounted at boot (`noauto`).'),
    fstab: text.default('/etc/fstab').describe('The table.'),
    backup: flag.default(false).describe('Keeps the old table as `PATH.YYYY-MM-DD@HH:MM:SS~`.'),
  })
  .superRefine(({ state, src, fstype, opts, path }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const needs = ['mounted', 'present', 'ephemeral'].includes(state);
    if (needs && (src === undefined || fstype === undefined))
      complain(`\`${state}\` needs \`src\` and \`fstype\``);
    if (!path.startsWith('/') && !['present', 'absent', 'absent_from_fstab'].includes(state))
      complain('swap is only `present` or `absent`: it is switched on by `swapon`');
    if (opts === '' || /\s/.test(opts)) complain('`opts` has no blanks');
    if (/\s/.test(fstype ?? '')) complain('`fstype` has no blanks');
  });

type Params = z.output<typeof params>;

/** `mount`: a line of fstab, and what is mounted. */
export const mount = defineModule<Params, MountState>({
  name: 'mount',
  summary: 'Mounts file systems, now and at every boot',
  description: `Other lines of fstab stay as they are; the new table is read by \`findmnt --verify\` before it takes the old one's
place. What is mounted is asked of the kernel: another file system in that place is unmounted first, and other options are
set by remounting. A disk that may be missing at boot needs \`nofail\` among its options, or the host stops there.`,
  params,
  aliases: { name: 'path' },
  examples: [
    {
      title: 'The disk of the NAS',
      yaml: `mount:
  path: /srv/backup
  src: UUID=0b0e4a1c-1c57-4d36-a8a3-0c7b1b8c4f6e
  fstype: ext4
  opts: noatime,nofail
  passno: 2
  state: mounted
`,
      needs: 'root',
    },
    {
      title: 'A folder in a second place',
      yaml: 'mount:\n  path: /srv/www\n  src: /home/pi/blog\n  fstype: none\n  opts: bind,ro\n  state: mounted\n',
      needs: 'root',
    },
    { title: 'Not any more', yaml: 'mount:\n  path: /mnt/old\n  state: absent\n', needs: 'root' },
  ],
  probe: ({ path, src, fstab }) =>
    ask(
      joinScripts([
        rootPath,
        liveScript(path, src),
        raw('echo ---'),
        fileStateScript({ path: fstab, content: 'text' }),
      ]),
      (answer) => {
        const answers = new Answers(answer);
        return { answers, table: parseFileState(answers.rest) };
      },
    ),
  plan: planMount,
});
