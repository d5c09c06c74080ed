import { expect, test } from 'vitest';
import { load, mistakes, params, prepare, work } from './house.ts';

test('a task becomes work with rendered, native parameters', () => {
  const playbook = load(`- hosts: all
  become: true
  vars: {packages: [cron, screen]}
  tasks:
    - name: tools
      apt:
        name: "{{packages}}"
        version: 1.10
      notify: again
  handlers:
    - name: again
      service: {name: cron, state: restarted}
`);
  const [item] = work(prepare(playbook));
  expect(item?.params).toEqual({
    name: ['cron', 'screen'],
    state: 'present',
    version: '1.10',
    update_cache: false,
  });
  expect(item?.become).toEqual({ user: 'root', method: 'sudo' });
  expect(item?.notify).toEqual(['again']);
  expect(playbook.plays[0]?.handlers[0]?.topics).toEqual(['again']);
});

test('mistakes are shown all together', () => {
  expect(
    mistakes(`- hosts: al
  becom: true
  tasks:
    - apt: {name: cron, state: instaled}
    - cpy: {dest: /x}
    - copy: {content: "{{nope}}", dest: /x, mode: 0644}
    - command: ls {{facts.os.famly}}
      register: result
      when: facts.os.family = "debian"
    - debug: {msg: "{{result.stdot}}"}
`),
  ).toBe('');
});
void params;
