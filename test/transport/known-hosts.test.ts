import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, symlinkSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendKnownHosts,
  fingerprint,
  hostKeyOf,
  judgeHostKey,
  knownHostName,
  knownKeyTypes,
  parseKnownHosts,
  replaceKnownHosts,
  type HostKey,
} from '../../src/transport/known-hosts.ts';
import { changeKnownHosts, readKnownHosts } from '../../src/transport/known-hosts-file.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder('known-hosts');
const ed25519 = makeKey('ed25519', 'ed25519');
const other = makeKey('ed25519', 'other');
const rsa = makeKey('rsa', 'rsa', '2048');

const judge = (text: string, name: string, key: HostKey = ed25519): string =>
  judgeHostKey(parseKnownHosts(text, 'file'), name, key).kind;
const line = (names: string, key: HostKey = ed25519): string => `${names} ${key.type} ${key.base64}\n`;

describe('judgeHostKey', () => {
  it.each([
    ['a plain name', line('pi'), 'pi', 'match'],
    ['a comma list', line('nas,pi,192.168.1.2'), 'pi', 'match'],
    ['another host', line('pi2'), 'pi', 'unknown'],
    ['a wildcard', line('*.home'), 'pi.home', 'match'],
    ['a question mark', line('p?'), 'pi', 'match'],
    ['a dot that is no pattern', line('a.b'), 'axb', 'unknown'],
    ['a negation', line('*.home,!pi.home'), 'pi.home', 'unknown'],
    ['upper case', line('PI.Home'), 'pi.home', 'match'],
    ['a port', line('[pi]:2222'), '[pi]:2222', 'match'],
    ['another port', line('[pi]:2223'), '[pi]:2222', 'unknown'],
    ['the bare name for a port', line('pi'), '[pi]:2222', 'match'],
    ['another key under the bare name for a port', line('pi', other), '[pi]:2222', 'unknown'],
    ['another key', line('pi', other), 'pi', 'changed'],
    ['one key of two', line('pi', other) + line('pi'), 'pi', 'match'],
    ['only a key of another type', line('pi', rsa), 'pi', 'changed'],
    ['a comment', `# ${line('pi')}`, 'pi', 'unknown'],
    ['a comment behind', line('pi').replace('\n', ' me@laptop\n'), 'pi', 'match'],
    ['a revoked key', `@revoked ${line('*')}${line('pi')}`, 'pi', 'revoked'],
    ['another key revoked', `@revoked ${line('*', other)}${line('pi')}`, 'pi', 'match'],
    ['rubbish', 'pi\npi ssh-ed25519\npi 1024 65537 1234\n\0\n', 'pi', 'unknown'],
    ['a carriage return', line('pi').replace('\n', '\r\n'), 'pi', 'match'],
  ])('understands %s', (_name, text, name, kind) => {
    expect(judge(text, name)).toBe(kind);
  });

  it('tells that a host is known by a certificate authority only', () => {
    const entries = parseKnownHosts(`@cert-authority ${line('*.home', other)}`, 'file');
    expect(judgeHostKey(entries, 'pi.home', ed25519)).toMatchObject({ kind: 'unknown', isCertified: true });
  });

  it('names the line of the key that was known, of the same type first', () => {
    const entries = parseKnownHosts(line('pi', rsa) + line('pi', other), '/k');
    expect(judgeHostKey(entries, 'pi', ed25519).known.map((entry) => entry.where)).toEqual(['/k:2', '/k:1']);
  });

  it('tells which types are known', () => {
    const entries = parseKnownHosts(line('pi', rsa) + line('nas'), 'file');
    expect(knownKeyTypes(entries, 'pi')).toEqual(['ssh-rsa']);
    expect(knownKeyTypes(entries, '[pi]:2222')).toEqual(['ssh-rsa']);
  });

  it('agrees with ssh-keygen on patterns', () => {
    const part = fc.constantFrom('a', 'b', '*', '?', '.', '[', ']:22', '!', '-', ',', 'A');
    const names = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const host = fc
      .array(fc.constantFrom('a', 'b', '.', '-'), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(''))
      .filter((name) => !name.startsWith('-'));
    fc.assert(
      fc.property(names, host, (names, host) => {
        const file = join(folder, 'patterns');
        writeFileSync(file, line(names));
        const found = spawnSync('ssh-keygen', ['-F', host, '-f', file]).status === 0;
        expect(judge(line(names), host)).toBe(found ? 'match' : 'unknown');
      }),
      { numRuns: 150 },
    );
  });
});

describe('writing known_hosts', () => {
  it.each([
    ['pi', 22],
    ['pi', 2222],
    ['192.168.1.2', 22],
    ['fe80::1', 2222],
  ])('appends lines for %s at port %i that ssh-keygen finds', (host, port) => {
    const name = knownHostName(host, port);
    const plain = join(folder, 'plain');
    writeFileSync(plain, appendKnownHosts('', name, [ed25519, rsa]));
    expect(search(plain, name)).toHaveLength(2);
    execFileSync('ssh-keygen', ['-H', '-f', plain], { stdio: 'ignore' });
    const hashed = readFileSync(plain, 'latin1');
    expect(hashed).toMatch(/^\|1\|/);
    expect(judge(hashed, name)).toBe('match');
    writeFileSync(plain, appendKnownHosts(hashed, 'nas', [other]));
    expect(search(plain, 'nas')).toHaveLength(1);
    expect(readFileSync(plain, 'latin1')).not.toContain('nas');
  });

  it('keeps every other line byte for byte when it replaces', () => {
    const hashed = appendKnownHosts(`|1|AAAA|AAAA ssh-rsa AAAA\n`, 'pi', [other]).split('\n')[1] ?? '';
    const text = [
      '# pi is a comment \xe9\r',
      `  ${line('nas').trimEnd()}  comment, pi`,
      line('pi', other).trimEnd(),
      line('pi,192.168.1.2', other).trimEnd(),
      line('p*', other).trimEnd(),
      `@revoked ${line('pi', other).trimEnd()}`,
      hashed,
      '',
      'pi.home ssh-ed25519 AAAAother',
    ].join('\n');
    expect(replaceKnownHosts(text, 'pi', [ed25519]).split('\n')).toEqual([
      '# pi is a comment \xe9\r',
      `  ${line('nas').trimEnd()}  comment, pi`,
      line('192.168.1.2', other).trimEnd(),
      line('p*', other).trimEnd(),
      `@revoked ${line('pi', other).trimEnd()}`,
      '',
      'pi.home ssh-ed25519 AAAAother',
      line('pi').trimEnd(),
      '',
    ]);
  });

  it('hashes a new name where others are hashed, and gives the text a final newline first', () => {
    const text = `|1|AAAA|AAAA ssh-rsa AAAA`;
    const [first, second] = appendKnownHosts(text, 'pi', [ed25519]).split('\n');
    expect(first).toBe(text);
    expect(second).toMatch(/^\|1\|[^ ]+\|[^ ]+ ssh-ed25519 /);
  });

  it('makes the file private, follows a link, and loses no change of several at once', async () => {
    const real = join(folder, 'real');
    const link = join(folder, 'new', '.ssh', 'known_hosts');
    await changeKnownHosts(link, () => line('first'));
    expect(statSync(link).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'new', '.ssh')).mode & 0o777).toBe(0o700);
    writeFileSync(real, '');
    const other = join(folder, 'link');
    symlinkSync(real, other);
    const names = Array.from({ length: 10 }, (_, index) => `host${index}`);
    await Promise.all(
      names.map((name) => changeKnownHosts(other, (text) => appendKnownHosts(text, name, [ed25519]))),
    );
    expect(lstatSync(other).isSymbolicLink()).toBe(true);
    const entries = await readKnownHosts([other, join(folder, 'missing')]);
    expect(entries.map((entry) => entry.names)).toEqual(names);
  });

  it('says which file it cannot read or write', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(readKnownHosts([folder])).rejects.toThrow(`cannot read ${folder}: `);
    const path = join(folder, 'file', 'known_hosts');
    await expect(changeKnownHosts(path, () => 'x')).rejects.toThrow(`cannot write ${path}: `);
  });
});

it('shows the fingerprint that ssh-keygen shows', () => {
  const shown = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'rsa.pub')]).toString();
  expect(shown.split(' ')[1]).toBe(fingerprint(rsa));
});

it('reads the type out of an offered key', () => {
  expect(hostKeyOf(Buffer.from(rsa.base64, 'base64'))).toEqual(rsa);
});

function search(file: string, name: string): string[] {
  const found = spawnSync('ssh-keygen', ['-F', name, '-f', file]).stdout.toString();
  return found.split('\n').filter((text) => text !== '' && !text.startsWith('#'));
}

function makeKey(type: string, name: string, bits = '256'): HostKey {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-f', path]);
  const [kind = '', base64 = ''] = readFileSync(`${path}.pub`, 'latin1').split(' ');
  return { type: kind, base64 };
}
