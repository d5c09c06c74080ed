import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decryptWith, encryptTo, newIdentity, recipientOf } from '../../src/secrets/age.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder('age');

const own = await newIdentity();
const other = await newIdentity();

function age(args: readonly string[], input: string): Buffer {
  return execFileSync('age', args, { input, stdio: ['pipe', 'pipe', 'pipe'] });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('age', () => {
  test('the age command opens what we encrypt, with each of several identities', async () => {
    const armor = await encryptTo([own.recipient, other.recipient], 'hunter22 ü\n');
    for (const { identity } of [own, other]) {
      const opened = age(['--decrypt', '--identity', file('identity', `# mine\n${identity}\n`)], armor);
      expect(opened.toString()).toBe('hunter22 ü\n');
    }
  });

  test.each([
    ['armored', ['--armor']],
    ['binary', []],
  ])('we open what the age command encrypts, %s', async (_name, more) => {
    const text = age([...more, '--recipient', own.recipient, '--recipient', other.recipient], 'hunter22\n');
    const opened = await decryptWith([other.identity], text);
    expect(Buffer.from(opened).toString()).toBe('hunter22\n');
  });

  test('we read what age-keygen makes, and it makes of our identity the same recipient', async () => {
    const path = join(folder, 'generated');
    execFileSync('age-keygen', ['-o', path], { stdio: 'ignore' });
    const identity = /^AGE-SECRET-KEY-.*$/m.exec(readFileSync(path, 'utf8'))?.[0] ?? '';
    const shown = execFileSync('age-keygen', ['-y', path], { encoding: 'utf8' }).trim();
    expect(await recipientOf(identity)).toBe(shown);
    const ours = execFileSync('age-keygen', ['-y', file('ours', own.identity)], { encoding: 'utf8' }).trim();
    expect(ours).toBe(own.recipient);
  });

  test('says what is wrong: another identity, a changed letter, a cut end', async () => {
    const armor = await encryptTo([own.recipient], 'hunter22');
    const open = (text: string) => decryptWith([own.identity], Buffer.from(text));
    await expect(decryptWith([other.identity], Buffer.from(armor))).rejects.toThrow(
      'none of your age identities opens this',
    );
    const lines = armor.split('\n');
    const changed = lines.with(
      4,
      (lines[4] ?? '').replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')),
    );
    await expect(open(changed.join('\n'))).rejects.toThrow('this age text is damaged');
    await expect(open(lines.slice(0, 3).join('\n'))).rejects.toThrow(
      'this age text is damaged: invalid footer',
    );
    await expect(open('hunter22')).rejects.toThrow('this is not encrypted');
  });
});
