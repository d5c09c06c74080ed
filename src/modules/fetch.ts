import { posix } from 'node:path';
import { z } from 'zod';
import { type Change, type Inputs, type Plan, type StoredFile, ask, defineModule } from '../model/module.ts';
import { flag, path, text } from '../model/schema.ts';
import type { ValueMap } from '../model/value.ts';
import { type HostFile, hostFileScript, parseHostFile } from './lib/fetched-file.ts';

const params = z.strictObject({
  src: path
    .refine(
      (src) => !['', '.', '..'].includes(posix.basename(posix.normalize(src))),
      '`src` must name a file',
    )
    .describe('The file on the host.'),
  dest: text
    .pipe(z.string().min(1))
    .describe(
      'The folder on the controller; the file goes to `DEST/HOST/SRC` in it. Relative to the folder of the playbook; `~/` is the home folder of who runs homerun.',
    ),
  flat: flag
    .default(false)
    .describe(
      '`dest` is the file itself, or with `/` at its end the folder that it goes into. Several hosts need names of their own then, such as `{{inventory_hostname}}`.',
    ),
  fail_on_missing: flag
    .default(true)
    .describe('`false`: a file that is not there, or cannot be read, is passed over; `msg` says why.'),
  validate_checksum: flag
    .default(true)
    .describe('`false`: takes what arrives of a file that is written to meanwhile, such as a log.'),
});

type Params = z.output<typeof params>;

/** `fetch`: a file of the host to the controller. */
export const fetch = defineModule<Params, HostFile>({
  name: 'fetch',
  summary: 'Brings a file of the host to the controller',
  description: `Nothing travels where the file on the controller has the same sum already. The old file is replaced whole or not at
all, and of any size: it travels in pieces. What not everybody on the host may read is nobody else's on the controller
(mode \`0600\`), and \`--diff\` does not show it. Folders cannot be fetched: loop over their files, or pack them first.

What the next plays need of a small file needs no \`fetch\`: \`slurp\` and \`hostvars\` keep it in memory.`,
  params,
  destination: ({ src, dest, flat }, host) => {
    const inside = src.startsWith('~') ? src : posix.normalize(src).slice(1);
    if (!flat) return { folder: posix.join(dest, host), path: inside };
    if (dest.endsWith('/')) return { folder: dest, path: posix.basename(posix.normalize(src)) };
    return { folder: posix.dirname(dest), path: posix.basename(dest) };
  },
  examples: [
    {
      title: "Each host's copy, in `fetched/HOST/etc/hosts`",
      yaml: 'fetch:\n  src: /etc/hosts\n  dest: fetched\n',
    },
    {
      title: 'One file under a name of its own',
      yaml: `fetch:
  src: /etc/ssh/sshd_config
  dest: fetched/{{inventory_hostname}}.conf
  flat: true`,
    },
    {
      title: 'A log, where there is one',
      yaml: `fetch:
  src: /var/log/syslog
  dest: logs
  fail_on_missing: false
  validate_checksum: false`,
    },
  ],
  returns: {
    dest: 'where it is on the controller; absolute',
    file: 'where it is on the host',
    checksum: 'sha256 of it',
    size: 'bytes of it',
    msg: 'why it was passed over',
  },
  probe: ({ src }, inputs) => {
    const sums = destinationIn(inputs).files.map(({ sha256 }) => sha256);
    return ask(hostFileScript(src, sums), parseHostFile);
  },
  plan(state, asked, inputs): Plan {
    if (state.kind !== 'file')
      return asked.fail_on_missing || state.kind === 'toolless' ? failureOf(state, asked) : [];
    const { folder, shown, files } = destinationIn(inputs);
    const name = nameOf(state, asked);
    const stored = files.find((file) => file.path === name);
    const place = posix.join(shown, name);
    if (stored?.type === 'folder')
      return {
        failed: `${place} is a folder on this machine`,
        ...(asked.flat && { hint: 'end `dest` with `/` to put the file into it' }),
      };
    if (stored?.type === 'other') return { failed: `${place} on this machine is not a regular file` };
    if (stored?.sha256 === state.sha256) return [];
    const { size, sha256, isPrivate } = state;
    const action = { kind: 'save', from: state.path, size, to: posix.join(folder, name), isPrivate } as const;
    return [
      {
        summary: `fetch ${state.path} to ${place}`,
        ...difference(state, stored),
        subject: place,
        actions: [asked.validate_checksum ? { ...action, sha256 } : action],
      },
    ];
  },
  result(state, asked, _outputs, inputs): ValueMap {
    if (state.kind !== 'file') return { file: state.path, msg: failureOf(state, asked).failed };
    const dest = posix.join(destinationIn(inputs).folder, nameOf(state, asked));
    return { dest, file: state.path, checksum: state.sha256, size: state.size };
  },
});

function destinationIn(inputs: Inputs) {
  const input = inputs['destination'];
  if (input?.kind !== 'destination') throw new Error('nobody said where on the controller it goes');
  return input;
}

/** Inside of the destination's folder. The host's own answer counts only for what it alone knows, and never leads out. */
function nameOf(state: HostFile, asked: Params): string {
  const { path: name } = fetch.destination?.(asked, '') ?? { path: '' };
  return name.startsWith('~') ? posix.normalize(`/${state.path}`).slice(1) : name;
}

function difference(
  { text: now, size, sha256, isPrivate }: Extract<HostFile, { kind: 'file' }>,
  stored: StoredFile | undefined,
): Pick<Change, 'before' | 'after'> {
  const whole = `(${size} bytes, ${isPrivate ? 'not for everybody to read, so not shown' : `sha256 ${sha256}`})`;
  if (stored === undefined) return { before: '', after: now ?? whole };
  if (now !== undefined && stored.text !== undefined) return { before: stored.text, after: now };
  return { before: isPrivate ? '(not shown)' : `(sha256 ${stored.sha256})`, after: whole };
}

function failureOf(
  { kind, path: file }: Exclude<HostFile, { kind: 'file' }>,
  { src }: Params,
): { readonly failed: string; readonly hint?: string } {
  const orPass = 'or say `fail_on_missing: false`';
  switch (kind) {
    case 'absent':
      return { failed: `${file} is not on the host`, hint: `check \`src\`, ${orPass}` };
    case 'broken':
      return { failed: `${file} is a link that leads nowhere`, hint: `mend it on the host, ${orPass}` };
    case 'directory':
      return {
        failed: `${file} is a folder`,
        hint: 'loop over its files, or pack it first and fetch the archive',
      };
    case 'irregular':
      return { failed: `${file} is not a regular file`, hint: 'only files can be fetched' };
    case 'unreadable':
      return { failed: `${file} cannot be read by this user`, hint: 'add `become: true`' };
    case 'hidden':
      return { failed: `${src} is in a folder that this user cannot enter`, hint: 'add `become: true`' };
    case 'toolless':
      return { failed: 'the host has no sha256sum', hint: 'install coreutils or busybox' };
  }
}
