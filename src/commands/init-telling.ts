import { userInfo } from 'node:os';
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
  const sealed = join(place, 'secrets.yaml');
  const rows = [
    [identity, `your age key${keys.made ? '' : ' of before'}: opens the secrets; only you can read it`],
    [join(place, '.homerun-recipients'), 'who can open them; no secret itself'],
    ...(secrets.length > 0 ? [[sealed, 'encrypted, may be committed; in it:']] : []),
    ...secrets.map(({ name, purpose }) => [`  ${name}`, purpose]),
  ];
  const width = Math.max(...rows.map(([what = '']) => what.length));
  const table = rows.map(([what = '', why = '']) => `  ${what.padEnd(width)}  ${why}`).join('\n');
  const copy = keys.made
    ? `Keep a copy of ${identity} in another place:\nwithout it nobody opens the secrets again, nor the backups that they lock.`
    : `${identity} was there before and is as it was: it opens these\nsecrets, too. Is there a copy of it in another place?`;
  return `\nMade, and where:\n\n${table}\n\n${copy}\n`;
}

/** Commands to copy, in their order. */
export function whatComesNext(answers: Answers, place: string, { environment }: Terminal): string {
  // npm sets it where somebody says `npx homerun`, and then there is no other way to say it.
  const homerun = environment['npm_command'] === 'exec' ? 'npx homerun' : 'homerun';
  const root = userInfo().uid === 0 ? '' : 'sudo ';
  const commands = [
    ...(place === '' ? [] : [[`cd ${quoted(place)}`, '']]),
    [`${root}${homerun} rehearse playbooks/site.yaml`, 'on throwaway hosts, on Linux'],
    [`${homerun} trust pi nas vpn`, 'look at the keys of the real hosts'],
    [`${homerun} plan playbooks/site.yaml`, 'what would change; sends no action'],
    [`${homerun} run playbooks/site.yaml`, 'do it'],
  ];
  const width = Math.max(...commands.map(([command = '']) => command.length));
  const lines = commands.map(([command = '', what = '']) =>
    what === '' ? `  ${command}` : `  ${command.padEnd(width)}  # ${what}`,
  );
  const notes = [
    ...(answers.server === '203.0.113.10'
      ? ['203.0.113.10 stands for a server of yours: its address and network belong into inventory.yaml.']
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
