import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from './temporary.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
let folder: string;

beforeAll(() => {
  folder = temporaryFolder('readme');
});

/** The block of YAML under the line that names its file. */
function block(name: string): string {
  const found = new RegExp(`^\`${name}\`:\n\n\`\`\`yaml\n([^]*?)^\`\`\``, 'm').exec(readme)?.[1];
  if (found === undefined) throw new Error(`the README shows no ${name}`);
  return found;
}

test('the example of the README has no mistakes', () => {
  for (const name of ['inventory.yaml', 'pi.yaml']) writeFileSync(join(folder, name), block(name));
  const output = execFileSync(process.execPath, [join(root, 'dist/cli.js'), 'check', 'pi.yaml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(output).toBe('pi.yaml: no mistakes in 1 play with 4 tasks.\n');
});

test('the example stays one that can be read at a glance', () => {
  expect(`${block('inventory.yaml')}${block('pi.yaml')}`.split('\n').length).toBeLessThanOrEqual(33);
});

test.each([...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? ''))(
  'the link to %s leads somewhere',
  (path) => {
    expect(() =>
      readFileSync(join(root, path.endsWith('/') ? `${path}0001-scripts-by-eval-in-a-subshell.md` : path)),
    ).not.toThrow();
  },
);
