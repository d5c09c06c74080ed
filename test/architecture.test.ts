import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'src');

/** Who may import whom: folder of src/ → folders and single files that it may import. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  model: [],
  modules: ['model'],
  language: ['model'],
  transport: ['model'],
  engine: ['model', 'transport/transport.ts'],
  report: ['model'],
  rehearsal: ['model'],
  secrets: ['model'],
  commands: ['model', 'modules', 'language', 'transport', 'engine', 'report', 'rehearsal', 'secrets'],
  'cli.ts': ['commands'],
  'index.ts': ['model', 'modules', 'language', 'transport', 'engine', 'report'],
};

/** Packages that only one folder may import. */
const owners: Readonly<Record<string, string>> = {
  yaml: 'language',
  handlebars: 'language',
  '@marcbachmann/cel-js': 'language',
  'node-ssh': 'transport',
  ssh2: 'transport',
  listr2: 'report',
  diff: 'report',
  'p-limit': 'engine',
  commander: 'commands',
  'age-encryption': 'secrets',
};

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

test('there is source to look at', () => {
  expect(files.length).toBeGreaterThan(40);
});

test.each(files)('%s imports only what its layer may', (file) => {
  const layer = file.includes('/') ? (file.split('/')[0] ?? '') : file;
  const rules = allowed[layer];
  expect(rules, `src/${layer} is not in the plan of the house`).toBeDefined();
  const text = readFileSync(join(source, file), 'utf8');
  const wrong = importsOf(text).filter((target) => {
    if (!target.startsWith('.')) return (owners[target] ?? layer) !== layer;
    const path = relative(source, resolve(source, dirname(file), target));
    return (
      !path.startsWith(`${layer}/`) && !rules?.some((rule) => path === rule || path.startsWith(`${rule}/`))
    );
  });
  expect(wrong).toEqual([]);
});

test.each(files)('%s is not too long', (file) => {
  const lines = readFileSync(join(source, file), 'utf8').split('\n').length;
  expect(lines).toBeLessThanOrEqual(300);
});

test('the median file has fewer than 100 lines', () => {
  const lengths = files
    .map((file) => readFileSync(join(source, file), 'utf8').split('\n').length)
    .sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100);
});

test('only cli.ts touches the process; the rehearsal drives this machine and may', () => {
  const touching = files.filter(
    (file) =>
      file !== 'cli.ts' &&
      !file.startsWith('rehearsal/') &&
      /\bprocess\.(?:env|argv|exit|stdout|stderr|stdin|on|cwd)\b/.test(
        readFileSync(join(source, file), 'utf8'),
      ),
  );
  expect(touching).toEqual([]);
});

function importsOf(text: string): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return found.filter((target) => !target.startsWith('node:'));
}
