import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/modules/assemble.ts';
import { SHELLS } from '../rig.ts';
import { sandbox, summaries } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);

describe.each(SHELLS)('on %s', (shell) => {
  test('joins what has such a name, in the order of names', async () => {
    mkdirSync(at('conf d/sub.conf'), { recursive: true });
    const files = {
      '20 b.conf': 'b',
      "-1'.conf": 'ä\r\n',
      '.hidden.conf': 'h\n',
      'x.bak': 'x\n',
      empty_conf: '',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(at(`conf d/${name}`), text);
    symlinkSync('x.bak', at('conf d/3.conf'));
    const params = { src: '%/conf d', dest: '%/out', regexp: 'conf$', delimiter: '#\\t-', mode: '0600' };
    await box.apply(assemble, params, { shell });
    expect(readFileSync(at('out'), 'utf8')).toBe('ä\r\n#\t-\nh\n#\t-\nb\n#\t-\nx\n#\t-\n');
    await box.apply(assemble, { ...params, ignore_hidden: true, delimiter: '' }, { shell });
    expect(readFileSync(at('out'), 'utf8')).toBe('ä\r\nb\nx\n');
  });

  test('an empty folder makes an empty file; what is not text or not there is told', async () => {
    mkdirSync(at('conf'));
    await box.apply(assemble, { src: '%/conf', dest: '%/out' }, { shell });
    expect(readFileSync(at('out'), 'utf8')).toBe('');
    writeFileSync(at('conf/bytes'), Buffer.from([1, 0]));
    const { failure } = await box.apply(assemble, { src: '%/conf', dest: '%/out' }, { shell });
    expect(failure?.failed).toContain('bytes cannot be read');
    const missing = await box.apply(assemble, { src: '%/none', dest: '%/out' }, { shell });
    expect(missing.failure?.failed).toContain('is not a folder on the host');
  });
});

test('takes fragments of the controller, not those of folders inside', async () => {
  const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text), mode: '0644' });
  const files = [file('b', 'b\n'), file('a', 'a'), file('inside/c', 'c\n')];
  const inputs = { src: { kind: 'files', source: 'conf', isFolder: true, files } } as const;
  const done = await box.apply(assemble, { src: 'conf', dest: '%/out', remote_src: false }, { inputs });
  expect(summaries(done)).toEqual([`create ${at('out')}`]);
  expect(readFileSync(at('out'), 'utf8')).toBe('a\nb\n');
});
