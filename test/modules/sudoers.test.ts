import { describe, expect, test } from 'vitest';
import { isFailure } from '../../src/model/module.ts';
import { sudoers } from '../../src/modules/sudoers.ts';
import type { FileState } from '../../src/modules/lib/file-state.ts';

// What a real visudo makes of it is in test/rehearsal/backup.test.ts.

const absent = { type: 'absent', real: '/etc/sudoers.d/it', content: { kind: 'none' } } as FileState;

function fileOf(asked: object): string | undefined {
  const plan = sudoers.plan(absent, sudoers.params.parse({ name: 'it', ...asked }), {});
  return isFailure(plan) ? plan.failed : plan[0]?.after;
}

describe('the file of sudoers', () => {
  test.each([
    [{ user: 'pi', commands: '/usr/bin/id' }, 'pi ALL=(ALL) NOPASSWD: /usr/bin/id\n'],
    [{ group: 'admin', commands: 'ALL', nopassword: false, runas: 'ALL:ALL' }, '%admin ALL=(ALL:ALL) ALL\n'],
    [
      { user: 'pi', commands: ['/bin/a x=1,2:3', '/bin/b'], noexec: true, setenv: true, host: 'nas' },
      'pi nas=(ALL) NOPASSWD: NOEXEC: SETENV: /bin/a x\\=1\\,2\\:3, /bin/b\n',
    ],
    [{ content: 'Defaults lecture=never' }, 'Defaults lecture=never\n'],
  ])('%j', (asked, text) => {
    expect(fileOf(asked)).toBe(text);
  });

  test('goes away when it is absent, and once only', () => {
    const asked = sudoers.params.parse({ name: 'it', state: 'absent' });
    expect(sudoers.plan(absent, asked, {})).toEqual([]);
    const there: FileState = {
      ...absent,
      type: 'file',
      content: { kind: 'text', text: 'x', bytes: Buffer.from('x') },
    };
    expect(sudoers.plan(there, asked, {})).toMatchObject([
      { summary: 'remove /etc/sudoers.d/it', before: 'x' },
    ]);
  });
});

describe('parameters of sudoers', () => {
  test.each([
    [{ name: 'a.b', content: 'x' }, 'sudo reads no file with a dot in its name'],
    [{ name: 'it' }, '`sudoers` needs one of `user` and `group`'],
    [{ name: 'it', user: 'pi', group: 'pi', commands: 'ALL' }, '`sudoers` needs one of `user` and `group`'],
    [{ name: 'it', user: 'pi' }, '`sudoers` needs `commands`'],
    [{ name: 'it', user: 'pi', content: 'x' }, 'give either `content` or'],
    [{ name: 'it', user: 'pi', commands: 'id' }, '`id` is no absolute path of a command'],
    [{ name: 'it', user: 'pi ALL=(ALL)', commands: 'ALL' }, 'cannot stand in a rule of sudo'],
    [{ name: 'it', user: 'pi', commands: '/bin/a\nroot ALL=(ALL) ALL' }, 'is no absolute path of a command'],
  ])('%j is refused', (params, message) => {
    const result = sudoers.params.safeParse(params);
    expect(result.error?.issues.map((issue) => issue.message).join('\n')).toContain(message);
  });
});
