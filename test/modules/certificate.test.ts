import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { certificate } from '../../src/modules/certificate.ts';
import { certificateAuthority } from '../../src/modules/certificate_authority.ts';
import { applyTask, localShell, makeFolder, planTask, type ShellName } from '../rig.ts';
import { complaint } from './on-shells.ts';

// openssl is asked, not imitated. busybox has no openssl of its own, so its shell is tried with the machine's programs.
const SHELLS = ['dash', 'bash'] as const;

let folder: string;
let ca: string;
beforeEach(() => {
  folder = makeFolder();
  ca = join(folder, 'ca');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, { cwd: ca, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const on = (shell: ShellName) => ({
  authority: (params: object = {}) =>
    applyTask({
      module: certificateAuthority,
      params: { path: ca, ...params },
      execute: localShell(shell, folder),
    }),
  issue: (params: object) =>
    applyTask({ module: certificate, params: { ca, ...params }, execute: localShell(shell, folder) }),
  plan: (params: object) =>
    planTask({ module: certificate, params: { ca, ...params }, execute: localShell(shell, folder) }),
});

describe.each(SHELLS)('on %s', (shell) => {
  const { authority, issue, plan } = on(shell);

  test('an authority is made once, in a private folder', async () => {
    const made = await authority();
    expect(made.changes.map(({ summary }) => summary)).toEqual([
      `make the certificate authority homerun CA in ${ca}`,
    ]);
    expect([ca, join(ca, 'ca.key')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
    expect(openssl('x509', '-in', 'ca.crt', '-noout', '-text')).toMatch(
      /CA:TRUE[^]*Certificate Sign, CRL Sign/,
    );
    const key = readFileSync(join(ca, 'ca.key'), 'utf8');
    // What ends within the days asked is made anew, with the same key.
    const renewed = await authority({ renew_before: 4000, days: 5000 });
    expect(renewed.changes).toMatchObject([
      { summary: `renew the certificate authority homerun CA in ${ca}` },
    ]);
    expect(readFileSync(join(ca, 'ca.key'), 'utf8')).toBe(key);
    expect((await authority({ common_name: 'Another' })).failure?.failed).toContain(
      'is called CN=homerun CA',
    );
    rmSync(join(ca, 'ca.key'));
    expect((await authority()).failure?.failed).toContain('the key of the authority is gone');
  });

  test('a server and a client get what they asked for, and keep it', async () => {
    await authority();
    const names = { subject_alt_names: ['IP:203.0.113.10', 'DNS:vpn.example.org'] };
    const server = await issue({ name: 'vpn', usage: 'server', ...names });
    expect(server.result).toEqual({ certificate: `${ca}/vpn.crt`, key: `${ca}/vpn.key` });
    expect(openssl('verify', '-CAfile', 'ca.crt', '-purpose', 'sslserver', 'vpn.crt')).toBe('vpn.crt: OK\n');
    expect(() => openssl('verify', '-CAfile', 'ca.crt', '-purpose', 'sslclient', 'vpn.crt')).toThrow(
      'purpose',
    );
    await issue({ name: 'pi', usage: 'client', generate_passphrase: true });
    const [key, passphrase] = ['pi.key', 'pi.pass'].map((name) => readFileSync(join(ca, name), 'utf8'));
    expect(key).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(passphrase).toMatch(/^\S{32}\n$/);
    openssl('pkey', '-in', 'pi.key', '-passin', 'file:pi.pass', '-noout');
    // Near its end the certificate is made anew; the key and its passphrase stay.
    const renewed = await issue({
      ...{ name: 'pi', usage: 'client', generate_passphrase: true },
      ...{ renew_before: 900, days: 1000 },
    });
    expect(renewed.changes).toMatchObject([
      { summary: 'renew the certificate of pi: it ends within 900 days' },
    ]);
    expect(readFileSync(join(ca, 'pi.key'), 'utf8')).toBe(key);
    const asServer = await issue({ name: 'pi', usage: 'server', generate_passphrase: true });
    expect(asServer.changes[0]?.summary).toContain('has not issued it for a server');
  });

  test('another passphrase means another key; it stands in no argument', async () => {
    await authority();
    const passphrase = new Secret(`it's "one" $HOME`);
    const made = await issue({ name: 'pi', usage: 'client', passphrase });
    expect(made.changes).toMatchObject([{ summary: 'make the certificate of pi: it has no key yet' }]);
    for (const action of made.changes.flatMap(({ actions }) => actions))
      expect(action.kind === 'run' && action.script.text).toMatch(/^PASSPHRASE='it'/m);
    const other = await issue({ name: 'pi', usage: 'client', passphrase: new Secret('another one') });
    expect(other.changes[0]?.summary).toContain('the passphrase does not open its key');
    const plain = await issue({ name: 'pi', usage: 'client' });
    expect(plain.changes[0]?.summary).toContain('its key is encrypted');
  });

  test('the key of an authority is encrypted, also one that is there already, and stays the same', async () => {
    const passphrase = new Secret(`it's "one" $HOME`);
    const opener = { ca_passphrase: passphrase };
    await authority();
    await issue({ name: 'vpn', usage: 'server' });
    const encrypted = await authority({ passphrase });
    expect(encrypted.changes).toMatchObject([{ summary: `encrypt ${ca}/ca.key` }]);
    expect(readFileSync(join(ca, 'ca.key'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(statSync(join(ca, 'ca.key')).mode & 0o777).toBe(0o600);
    // What was issued stays good, and needs nobody's passphrase.
    expect(await plan({ name: 'vpn', usage: 'server' })).toEqual([]);
    expect(await plan({ name: 'pi', usage: 'client' })).toMatchObject({
      failed: `the key of the authority in ${ca} is encrypted, and no \`ca_passphrase\` is given`,
    });
    const wrong = { ca_passphrase: new Secret('another one') };
    expect(await plan({ name: 'pi', usage: 'client', ...wrong })).toMatchObject({
      failed: expect.stringContaining('does not open it') as string,
    });
    await issue({ name: 'pi', usage: 'client', ...opener });
    expect(openssl('verify', '-CAfile', 'ca.crt', 'vpn.crt', 'pi.crt')).toBe('vpn.crt: OK\npi.crt: OK\n');
    await issue({ name: 'pi', usage: 'client', state: 'absent', ...opener });
    expect((await authority()).failure?.failed).toContain('no `passphrase` is given');
    expect((await authority({ passphrase: new Secret('another one') })).failure?.failed).toContain(
      'does not open it',
    );
    const renewed = await authority({ passphrase, renew_before: 4000, days: 5000 });
    expect(renewed.changes).toMatchObject([
      { summary: `renew the certificate authority homerun CA in ${ca}` },
    ]);
    for (const action of [...encrypted.changes, ...renewed.changes].flatMap(({ actions }) => actions))
      expect(action.kind === 'run' && action.script.text).toMatch(/^PASSPHRASE='it'/m);
  });

  test('an authority is made with an encrypted key, and an empty passphrase is none', async () => {
    await authority({ passphrase: new Secret('correct horse') });
    expect(readFileSync(join(ca, 'ca.key'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    rmSync(ca, { recursive: true });
    await authority({ passphrase: '' });
    expect(readFileSync(join(ca, 'ca.key'), 'utf8')).not.toContain('ENCRYPTED');
  });

  test('a passphrase that is given takes the place of one that the host has made', async () => {
    await authority();
    const asked = { name: 'pi', usage: 'client', generate_passphrase: true };
    await issue({ ...asked, passphrase: '' });
    expect(readFileSync(join(ca, 'pi.pass'), 'utf8')).toMatch(/^\S{32}\n$/);
    const given = await issue({ ...asked, passphrase: new Secret('correct horse') });
    expect(given.changes[0]?.summary).toContain('the passphrase does not open its key');
    expect(existsSync(join(ca, 'pi.pass'))).toBe(false);
  });

  test('what is lost is revoked', async () => {
    await authority();
    await issue({ name: 'phone', usage: 'client' });
    const serial = openssl('x509', '-in', 'phone.crt', '-noout', '-serial').trim().replace('serial=', '');
    await issue({ name: 'phone', usage: 'client', state: 'absent' });
    expect(openssl('crl', '-in', 'crl.pem', '-noout', '-text')).toContain(serial);
    expect(await plan({ name: 'phone', usage: 'client' })).toMatchObject([
      { summary: 'make the certificate of phone: it has no key yet' },
    ]);
  });

  test('says what stands in the way', async () => {
    expect(await plan({ name: 'pi', usage: 'client' })).toMatchObject({
      failed: `there is no certificate authority in ${ca}`,
    });
    await authority();
    writeFileSync(join(ca, 'ca.crt'), readFileSync(join(ca, 'crl.pem')));
    expect((await authority()).failure?.failed).toContain('does not belong to');
  });
});

test('parameters that cannot work are refused', () => {
  const asked = { ca: '/ca', name: 'pi', usage: 'client' };
  expect(complaint(certificate, { ...asked, name: '../pi' })).toContain('letters, digits');
  expect(complaint(certificate, { ...asked, name: 'ca' })).toContain('the authority itself');
  expect(complaint(certificate, { ...asked, passphrase: 'abc' })).toContain('4 letters or more');
  expect(complaint(certificate, { ...asked, renew_before: 825 })).toContain('less than `days`');
  expect(complaint(certificate, { ...asked, subject_alt_names: ['vpn'] })).toContain('DNS:NAME');
});
