import { expect, test } from 'vitest';
import { rewriteYaml } from '../../src/language/rewrite.ts';

const source = `# The house.
hosts:
  pi: # the Pi
    address: 192.168.1.2  # on the modem's network; 192.168.1.2 stays here
    ports:
      - {from: 80, to: 'nas:80'}

    # Who may log in.
    keys: []
    user: "pi"
`;
const same = (value: string): string => value;

test('nothing to change leaves every character', () => {
  expect(rewriteYaml(source, { text: same, values: [] })).toBe(source);
});

test('values change in their places, and comments stay', () => {
  const written = rewriteYaml(source, {
    text: (value) => (value === '192.168.1.2' ? '10.0.0.7' : value),
    values: [
      { path: ['hosts', 'pi', 'keys'], value: ['ssh-ed25519 AAAA me@desk', 'a: b # c'] },
      { path: ['hosts', 'pi', 'ports'], value: [{ from: 21, to: 'nas:21' }, { from: 22 }] },
      { path: ['hosts', 'pi', 'user'], value: 'yes' },
    ],
  });
  expect(written).toBe(`# The house.
hosts:
  pi: # the Pi
    address: 10.0.0.7  # on the modem's network; 192.168.1.2 stays here
    ports:
      - {from: 21, to: nas:21}
      - {from: 22}

    # Who may log in.
    keys: [ssh-ed25519 AAAA me@desk, "a: b # c"]
    user: yes
`);
});

test('a map that is too long for its line goes over several, and its parts where they are, too', () => {
  const short = { port: 8080, folder: 'blog' };
  const long = {
    port: 8443,
    url: `https://example.com/${'a'.repeat(50)}`,
    password: '{{ vscode_password }}',
  };
  const written = rewriteYaml('hosts:\n  nas:\n    services: {}\n    # Behind it.\n', {
    text: same,
    values: [{ path: ['hosts', 'nas', 'services'], value: { blog: short, vscode: long } }],
  });
  expect(written).toBe(`hosts:
  nas:
    services:
      blog: {port: 8080, folder: blog}
      vscode:
        port: 8443
        url: https://example.com/${'a'.repeat(50)}
        password: "{{ vscode_password }}"
    # Behind it.
`);
});

test('a list of lines can become empty', () => {
  const written = rewriteYaml(source, {
    text: same,
    values: [{ path: ['hosts', 'pi', 'ports'], value: [] }],
  });
  expect(written).toContain('    ports:\n      []\n\n    # Who may log in.');
});

test('a path that is not there is no place to write to', () => {
  expect(() => rewriteYaml(source, { text: same, values: [{ path: ['hosts', 'nas'], value: 1 }] })).toThrow(
    'there is no hosts.nas to rewrite',
  );
});
