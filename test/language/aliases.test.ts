import { expect, test } from 'vitest';
import { modules } from '../../src/modules/index.ts';
import { load, mistakes, params } from './house.ts';

test('a parameter may be called by any name that Ansible has for it', () => {
  const playbook = load(
    `- hosts: pi
  vars: {packages: [cron, screen]}
  tasks:
    - apt: {pkg: "{{packages}}", update-cache: true}
    - file: {dest: /tmp/x, state: directory, mode: '755'}
    - lineinfile: {path: /etc/x, regex: ^a, value: a=1}
    - systemd: {unit: cron, daemon-reload: true}
    - sysctl: {key: net.ipv4.ip_forward, val: 1}
    - user: {user: alice, createhome: false}
    - cron: {name: job, value: 'true', dow: 1}
`,
    { modules },
  );
  const picked = (index: number, ...names: string[]): unknown[] =>
    names.map((name) => (params(playbook, index) as Record<string, unknown>)[name]);
  expect(picked(0, 'name', 'update_cache')).toEqual([['cron', 'screen'], true]);
  expect(picked(1, 'path', 'mode')).toEqual(['/tmp/x', '0755']);
  expect(picked(2, 'regexp', 'line')).toEqual(['^a', 'a=1']);
  expect(picked(3, 'name', 'daemon_reload')).toEqual(['cron', true]);
  expect(picked(4, 'name', 'value')).toEqual(['net.ipv4.ip_forward', '1']);
  expect(picked(5, 'name', 'create_home')).toEqual(['alice', false]);
  expect(picked(6, 'job', 'weekday')).toEqual(['true', '1']);
});

test('two names for one parameter are a mistake, and a wrong value is pointed at where it stands', () => {
  expect(
    mistakes(
      `- hosts: pi
  tasks:
    - apt: {pkg: cron, name: screen}
    - file:
        dest: relative/path
    - lineinfile: {name: /etc/x, dest: /etc/y, line: a}
`,
      { modules },
    ),
  ).toMatchInlineSnapshot(`
    "playbooks/site.yaml:3:24: error: \`pkg\` and \`name\` of \`apt\` are the same parameter
      3 |     - apt: {pkg: cron, name: screen}
        |                        ^~~~
      hint: keep \`name\`

    playbooks/site.yaml:5:15: error: \`path\` of \`file\` must be an absolute path, or one that begins with \`~\`; got \`relative/path\`
      5 |         dest: relative/path
        |               ^~~~~~~~~~~~~

    playbooks/site.yaml:6:34: error: \`name\` and \`dest\` of \`lineinfile\` are the same parameter
      6 |     - lineinfile: {name: /etc/x, dest: /etc/y, line: a}
        |                                  ^~~~
      hint: keep \`path\`"
  `);
});

test('every alias leads to a parameter, and is none itself', () => {
  for (const module of modules) {
    const shape = Object.keys((module.params as unknown as { shape?: object }).shape ?? {});
    for (const [alias, name] of Object.entries(module.aliases ?? {})) {
      expect(shape, `${module.name}.${alias}`).toContain(name);
      expect(shape, module.name).not.toContain(alias);
    }
  }
});
