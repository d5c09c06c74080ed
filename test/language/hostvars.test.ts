import { describe, expect, test } from 'vitest';
import type { Runtime } from '../../src/model/playbook.ts';
import { hostOf, load, mistakes } from './house.ts';

const BOTH = `- hosts: vpn
  needed_by: pi
  tasks:
    - command: make-bundle
      register: bundle
- hosts: pi
  tasks:
    - copy: {content: "{{hostvars.vpn.bundle.stdout}}", dest: /x}
`;

describe('hostvars', () => {
  test.each([
    ['known', { kind: 'known', value: { stdout: 'text' } }, 'work'],
    ['unknown in check mode', { kind: 'unknown', until: 'make it' }, 'unknown'],
  ] as const)('gives what an earlier play registered on another host: %s', (_, bundle, kind) => {
    const hosts = new Map<string, Runtime>([['vpn', new Map([['bundle', bundle]])]]);
    const playbook = load(BOTH);
    const runtime: Runtime = new Map([['hostvars', { kind: 'hosts', hosts }]]);
    const [, play] = playbook.plays;
    const prepared = play?.tasks[0]?.prepare(hostOf(play, 'pi'), runtime);
    expect(prepared).toMatchObject(
      kind === 'work' ? { kind, items: [{ params: { content: 'text' } }] } : { kind, until: 'make it' },
    );
  });

  test('names that no earlier play gives are found before a run', () => {
    const found = mistakes(`- hosts: vpn
  tasks:
    - command: make-bundle
      register: bundle
- hosts: pi
  tasks:
    - copy: {content: "{{hostvars.vpm.bundle.stdout}}", dest: /x}
    - copy: {content: "{{hostvars.vpn.bundel.stdout}}", dest: /x}
    - copy: {content: "{{hostvars.nas.bundle.stdout}}", dest: /x}
    - command: ls
      when: hostvars.vpn.later.changed
    - command: ls
      when: hostvars.vpn.later is defined
- hosts: vpn
  tasks:
    - command: ls
      register: later
`);
    expect(found.match(/there is no host.*|no earlier play.*/g)).toEqual([
      'there is no host `vpm`',
      'no earlier play gives `bundel` on host `vpn`',
      'no earlier play gives `bundle` on host `nas`',
      'no earlier play gives `later` on host `vpn`',
    ]);
  });

  test('a play that others need runs for them where the limit leaves its host out', () => {
    const named = (limit: string): unknown =>
      load(BOTH, { limit }).plays.map((play) => play.hosts.map((host) => host.name));
    expect(named('pi')).toEqual([['vpn'], ['pi']]);
    expect(named('nas')).toEqual([[], []]);
    expect(mistakes(BOTH.replace('  needed_by: pi\n', ''), { limit: 'pi' })).toContain('needed_by');
    expect(mistakes(BOTH.replace('needed_by: pi', 'needed_by: py'))).toContain('py');
  });
});
