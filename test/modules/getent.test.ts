import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { getent } from '../../src/modules/getent.ts';
import { SHELLS } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();

test.each(SHELLS)('knows the accounts of this machine, on %s', async (shell) => {
  const one = await box.apply(getent, { database: 'passwd', key: 'root' }, { shell });
  expect(one.result).toMatchObject({
    getent_passwd: { root: ['x', '0', '0', expect.any(String), '/root', expect.any(String)] },
  });
  const all = await box.apply(getent, { database: 'group' }, { shell });
  const names = readFileSync('/etc/group', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0]);
  expect(Object.keys(all.result['getent_group'] ?? {})).toEqual(expect.arrayContaining(names));
});

test.each(SHELLS)('a key that is not there is a failure, or nothing, on %s', async (shell) => {
  const params = { database: 'passwd', key: 'no-such-user' };
  const { failure } = await box.apply(getent, params, { shell });
  expect(failure).toEqual({ failed: 'passwd has no `no-such-user`' });
  const lenient = await box.apply(getent, { ...params, fail_key: false }, { shell });
  expect(lenient.result).toEqual({ getent_passwd: { 'no-such-user': null } });
});

test('fields are split as they stand, and hashes of passwords are secrets', () => {
  const result = (database: 'services' | 'shadow', lines: readonly string[]) =>
    getent.result?.({ code: 0, lines, problem: '' }, getent.params.parse({ database }), [], {});
  expect(result('services', ['domain  53/tcp', 'ssh 22/tcp  alias', 'domain  53/udp'])).toEqual({
    getent_services: { domain: [['53/tcp'], ['53/udp']], ssh: ['22/tcp', 'alias'] },
  });
  expect(result('shadow', ['pi:$6$salt$hash:19000:0', 'bin:*:1:'])).toEqual({
    getent_shadow: { pi: [new Secret('$6$salt$hash'), '19000', '0'], bin: ['*', '1', ''] },
  });
});
