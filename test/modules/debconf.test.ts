import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { debconf } from '../../src/modules/debconf.ts';
import { complaint, summariesHere } from './on-shells.ts';

const asked = { name: 'x', question: 'x/y', vtype: 'password', value: new Secret('open sesame') };
const state = { lacking: false, problem: '', same: false, value: '', current: {} };

test('a password stands in no text that is shown, and in no argv', () => {
  const [change] = [debconf.plan(state, debconf.params.parse(asked), {})].flat();
  expect(JSON.stringify({ ...change, actions: [] })).not.toContain('sesame');
  const probe = debconf.probe(debconf.params.parse({ ...asked, value: 'open sesame' }), {});
  const secrets = probe.kind === 'ask' ? probe.script.secrets.map((secret) => secret.reveal()) : [];
  expect(secrets).toContain('open sesame');
});

test.each([
  [{ name: 'X' }, 'no package is called that'],
  [{ name: 'x', question: 'x/y' }, 'belong together'],
  [{ ...asked, value: 'a\nb' }, 'is one line'],
  [{ ...asked, vtype: 'boolean', value: 'yes' }, '`true` or `false`'],
])('will not take %j', (params, why) => {
  expect(complaint(debconf, params)).toContain(why);
});

const hasAnswers = existsSync('/usr/bin/debconf-show') && process.getuid?.() === 0;

test.runIf(hasAnswers).each(['dash', 'bash'] as const)(
  'an answer that is there is found by %s, and another one is not',
  async (shell) => {
    const shown = execFileSync('debconf-show', ['debconf']).toString();
    const value = /debconf\/priority: (.*)$/m.exec(shown)?.[1];
    const about = { name: 'debconf', question: 'debconf/priority', vtype: 'select' };
    expect(await summariesHere(shell, debconf, { ...about, value })).toEqual([]);
    expect(await summariesHere(shell, debconf, { ...about, value: `${value}er` })).toEqual([
      'answer debconf/priority of debconf',
    ]);
  },
);
