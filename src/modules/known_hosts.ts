import { z } from 'zod';
import { defineModule } from '../model/module.ts';
import { flag, path, text, textList } from '../model/schema.ts';
import { probeText } from './lib/edited-file.ts';
import { planFile } from './lib/file-change.ts';
import type { FileState } from './lib/file-state.ts';
import { type HostKey, dropHost, parseHostKey, putHostKeys } from './lib/known-hosts-text.ts';
import { editableText } from './lib/text.ts';

const params = z
  .strictObject({
    name: text
      .refine((name) => /^(?:\[[^\s,\]]+\]:\d+|[^\s,[\]|#@]+)$/.test(name), {
        error: '`name` is a host name or address, or `[host]:port`',
      })
      .describe('The host as one logs in on it: a name or an address, or `[host]:port`.'),
    key: textList
      .default([])
      .describe('Its keys, a line each as `ssh-keyscan` prints them: `ssh-ed25519 AAAA…`.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` removes all its keys, or with `key` those of the same types.'),
    hash_host: flag.default(false).describe('Writes a hash instead of the name.'),
    path: path.default('~/.ssh/known_hosts').describe('The file.'),
  })
  .superRefine(({ key, state, name }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (state === 'present' && keyLines(key).length === 0) complain('`key` is missing');
    for (const line of keyLines(key))
      if (!parseHostKey(line))
        complain(`\`${line.slice(0, 40)}\` is no key of a host: \`ssh-ed25519 AAAA…\``);
      else if (namesOther(line, name))
        complain(
          `\`${line.split(/\s/)[0]}\` in front of the key is not \`${name}\`: leave it out, or correct one of them`,
        );
  });

type Params = z.output<typeof params>;

/** `known_hosts`: whom a user of the host trusts. */
export const knownHosts = defineModule<Params, FileState>({
  name: 'known_hosts',
  summary: 'Keeps the keys of other hosts in a known_hosts file of the host',
  description: `There is one key of each type for a host: another one is replaced. Names that are hashed are found, too. All other
lines stay as they are, also those with \`@revoked\` or \`@cert-authority\`.

This is about whom the *host* trusts, for backups and git; whom homerun trusts is told by \`homerun trust\`.`,
  params,
  aliases: { host: 'name' },
  examples: [
    {
      title: 'The NAS that the backup goes to',
      yaml: `known_hosts:
  path: /root/.ssh/known_hosts
  name: nas.home.lan
  key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPsSrwEr9Iwmt8l7Ql+CtUuJdnFJqc2e9QcUj/jU3b2Y
`,
    },
    {
      title: 'Nothing of an old host',
      yaml: 'known_hosts:\n  name: "[old.home.lan]:2222"\n  state: absent\n',
    },
  ],
  probe: (asked) => probeText({ ...asked, create: true, backup: false }),
  plan(state, { name, key, path, state: wanted, hash_host: hashed }) {
    const text = editableText(state);
    if (typeof text !== 'string') return text;
    const keys = keyLines(key).flatMap((line): readonly HostKey[] => {
      const parsed = parseHostKey(line);
      return parsed ? [parsed] : [];
    });
    const types = keys.map(({ type }) => type);
    const edited = wanted === 'absent' ? dropHost(text, name, types) : putHostKeys(text, name, keys, hashed);
    if (edited === text || (edited === '' && state.type === 'absent')) return [];
    return planFile(state, { content: edited, ...(state.type === 'absent' && modesOfNew(path)) });
  },
});

/** A list of the whole system serves nobody but root where others cannot read it. */
function modesOfNew(path: string) {
  const shared = path.startsWith('/etc/');
  return { mode: shared ? '0644' : '0600', createFolder: shared ? '0755' : '0700' };
}

/** Whether other names stand in front of a key; hashes and patterns are not looked into. */
function namesOther(line: string, name: string): boolean {
  const [names = '', ...rest] = line.trim().split(/\s+/);
  if (rest.length === 0 || parseHostKey(names + ' ' + rest[0]) || /[|*?!]/.test(names)) return false;
  return !names.toLowerCase().split(',').includes(name.toLowerCase());
}

function keyLines(key: readonly string[]): readonly string[] {
  const lines = key.flatMap((entry) => entry.split('\n').map((line) => line.trim()));
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
