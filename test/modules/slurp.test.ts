import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Redactor, Secret } from '../../src/model/secret.ts';
import { slurp } from '../../src/modules/slurp.ts';
import { SHELLS, localShell } from '../rig.ts';
import { sandbox } from './sandbox.ts';

const box = sandbox();
const at = (name: string): string => join(box.folder, name);

describe.each(SHELLS)('on %s', (shell) => {
  test('reads text and bytes', async () => {
    writeFileSync(at('text'), "größer 'x'\n\n");
    const text = await box.apply(slurp, { src: '%/text' }, { shell });
    expect(text.result).toEqual({
      content: Buffer.from("größer 'x'\n\n").toString('base64'),
      text: "größer 'x'\n\n",
      encoding: 'base64',
      source: at('text'),
    });
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    writeFileSync(at('bytes'), bytes);
    const { result } = await box.apply(slurp, { src: '%/bytes' }, { shell });
    expect(result).toEqual({ content: bytes.toString('base64'), encoding: 'base64', source: at('bytes') });
  });

  test('says why it cannot', async () => {
    const failed = async (src: string) => (await box.apply(slurp, { src }, { shell })).failure?.failed;
    expect(await failed('%/none')).toBe(`${at('none')} is not on the host`);
    expect(await failed('%')).toBe(`${box.folder} is not a regular file`);
    writeFileSync(at('large'), Buffer.alloc(8 * 1024 * 1024 + 1));
    expect(await failed('%/large')).toBe(`${at('large')} is larger than 8 MiB`);
  });
});

test('with `secret`, what it read is masked wherever it would be shown', async () => {
  writeFileSync(at('key'), 'BEGIN\nopen sesame\n');
  const { result } = await box.apply(slurp, { src: '%/key', secret: true });
  expect(result).toMatchObject({ content: expect.any(Secret), text: expect.any(Secret) });
  const probe = slurp.probe(slurp.params.parse({ src: at('key'), secret: true }), {});
  if (probe.kind === 'known') throw new Error('it asks no host');
  const answer = await localShell('dash', box.folder)(probe.script);
  const redactor = new Redactor();
  for (const value of Object.values(result)) if (value instanceof Secret) redactor.add(value);
  expect(redactor.redact(answer.stdout)).toBe('content ********\n');
  expect(redactor.redact('it says open sesame')).toBe('it says ********');
});
