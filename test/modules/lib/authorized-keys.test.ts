import { describe, expect, test } from 'vitest';
import {
  parseKeyLine,
  parseKeys,
  printKey,
  removeKeys,
  setKeys,
} from '../../../src/modules/lib/authorized-keys.ts';

/** A key as OpenSSH writes it: its type inside, then 32 bytes. */
function blob(fill: number, type = 'ssh-ed25519'): string {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.from([0, 0, 0, 32]), Buffer.alloc(32, fill)]).toString('base64');
}

const A = blob(1);
const B = blob(2);

describe('parseKeyLine', () => {
  test('plain, with and without comment', () => {
    expect(parseKeyLine(`ssh-ed25519 ${A} me@laptop and  more`)).toEqual({
      options: '',
      type: 'ssh-ed25519',
      blob: A,
      comment: 'me@laptop and  more',
    });
    expect(parseKeyLine(`  ssh-ed25519\t${A}  `)?.comment).toBe('');
  });

  test('options with spaces, commas, escaped quotes and a key type inside quotes', () => {
    const options = String.raw`from="10.0.0.*,!10.0.0.9",command="echo \"ssh-ed25519 x\", y",no-pty`;
    const key = parseKeyLine(`${options} ssh-ed25519 ${A} c`);
    expect(key).toEqual({ options, type: 'ssh-ed25519', blob: A, comment: 'c' });
    expect(key && printKey(key)).toBe(`${options} ssh-ed25519 ${A} c`);
  });

  test('security keys and certificates', () => {
    const type = 'sk-ssh-ed25519@openssh.com';
    expect(parseKeyLine(`${type} ${blob(3, type)}`)?.type).toBe(type);
    const certificate = 'ssh-ed25519-cert-v01@openssh.com';
    expect(parseKeyLine(`cert-authority ${certificate} ${blob(3, certificate)}`)?.options).toBe(
      'cert-authority',
    );
  });

  test.each([
    '',
    '# ssh-ed25519 AAAA',
    'ssh-ed25519',
    `ssh-ed25519 ${A.slice(0, 10)}`,
    `ssh-rsa ${A}`,
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'command="unterminated ssh-ed25519 AAAA',
  ])('%j is no key', (line) => {
    expect(parseKeyLine(line)).toBeUndefined();
  });
});

test('parseKeys tells the lines that are none', () => {
  expect(parseKeys(`# laptop\nssh-ed25519 ${A}\n\nnonsense\r\n`)).toMatchObject({
    keys: [{ blob: A }],
    bad: ['nonsense'],
  });
});

describe('setKeys', () => {
  const key = { options: '', type: 'ssh-ed25519', blob: A, comment: 'me' };
  const foreign = `# guests\nssh-ed25519 ${B} guest`;

  test('appends behind a last line without newline', () => {
    expect(setKeys(foreign, [key], false)).toBe(`${foreign}\nssh-ed25519 ${A} me\n`);
  });

  test('compares by key: another comment is put right in place, none given keeps it', () => {
    expect(setKeys(`ssh-ed25519 ${A} old\n${foreign}\n`, [key], false)).toBe(
      `ssh-ed25519 ${A} me\n${foreign}\n`,
    );
    const text = `ssh-ed25519 ${A} old\n`;
    expect(setKeys(text, [{ ...key, comment: '' }], false)).toBe(text);
  });

  test('puts options right and drops a second copy', () => {
    const text = `no-pty ssh-ed25519 ${A} me\nssh-ed25519 ${A}\n`;
    expect(setKeys(text, [key], false)).toBe(`ssh-ed25519 ${A} me\n`);
  });

  test('exclusive takes out other keys but no remark', () => {
    expect(setKeys(`${foreign}\n`, [key], true)).toBe(`# guests\nssh-ed25519 ${A} me\n`);
  });

  test('removes by key, and leaves a file without it as it is', () => {
    expect(removeKeys(`from="x" ssh-ed25519 ${A} other name\n${foreign}\n`, [key])).toBe(`${foreign}\n`);
    expect(removeKeys(foreign, [key])).toBe(foreign);
  });
});
