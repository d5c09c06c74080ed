import { join } from 'node:path';
import type { Initialized } from '../secrets/index.ts';
import type { Answers } from './init-questions.ts';
import type { HouseSecret } from './init-secrets.ts';
import type { Terminal } from './terminal.ts';

/** What was made and where, never what it says; and what to keep a copy of. */
export function whatWasMade(
  secrets: readonly HouseSecret[],
  keys: Initialized,
  { place, home }: { readonly place: string; readonly home: string },
): string {
  const identity = keys.identity.startsWith(`${home}/`)
    ? `~${keys.identity.slice(home.length)}`
    : keys.identity;
  const rows = [
    ['MADE', 'WHERE', 'WHAT FOR'],
    [keys.made ? 'your age key' : '(your age key)', identity, 'opens the secrets; only you can read it'],
    ['.homerun-recipients', join(place, '.homerun-recipients'), 'who can open them; no secret itself'],
    ...secrets.map(({ name, purpose }) => [name, join(place, 'secrets.yaml'), purpose]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const table = lines.map((line) => `  ${line.trimEnd()}`).join('\n');
  const copy = keys.made
    ? `Keep a copy of ${identity} in another place: without it nobody opens the secrets again,\nnor the backups that they lock.`
    : `${identity} was there before and is as it was: it opens these secrets too. Do you have a copy of it?`;
  return `\n${table}\n\n${copy}\n`;
}

/** Commands to copy, in their order. */
export function whatComesNext(answers: Answers, place: string, { environment }: Terminal): string {
  // npm sets it where somebody says `npx homerun`, and then there is no other way to say it.
  const homerun = environment['npm_command'] === 'exec' ? 'npx homerun' : 'homerun';
  const commands = [
    ...(place === '' ? [] : [[`cd ${quoted(place)}`, '']]),
    [`${homerun} rehearse playbooks/site.yaml`, 'all of it on throwaway hosts: Linux, as root'],
    [`${homerun} trust pi nas vpn`, 'look at the keys of the real hosts, once'],
    [`${homerun} plan playbooks/site.yaml`, 'what would change; sends no action'],
    [`${homerun} run playbooks/site.yaml`, 'do it'],
  ];
  const width = Math.max(...commands.map(([command = '']) => command.length));
  const lines = commands.map(([command = '', what = '']) =>
    what === '' ? `  ${command}` : `  ${command.padEnd(width)}  # ${what}`,
  );
  const notes = [
    ...(answers.server === '203.0.113.10'
      ? [
          '203.0.113.10 stands for a server of yours: write its address and network into inventory.yaml first.',
        ]
      : []),
    ...(answers.keys.length === 0
      ? [`Nobody can log in as ${answers.owner} yet: put your public key into owner_keys.`]
      : []),
  ];
  return `\nLook at inventory.yaml, then:\n\n${lines.join('\n')}\n${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}`;
}

function quoted(word: string): string {
  return /^[\w./@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
