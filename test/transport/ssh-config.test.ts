import { writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/model/inventory.ts';
import { parseSshConfig, readSshConfig } from '../../src/transport/ssh-config.ts';
import { resolveHops } from '../../src/transport/ssh-hops.ts';
import { failure } from './contract.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder('ssh-config');
const file = join(folder, 'config');
writeFileSync(
  file,
  `
Host pi
  HostName 192.168.1.2
  User ubuntu
  Port 2222
  IdentityFile ~/.ssh/%h_key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ~/.ssh/own_%h
  GlobalKnownHostsFile /etc/global
  ProxyJump me@gate:23,middle
  HostKeyAlias The-Pi
  ConnectTimeout 7
Host gate
  HostName gate.example
  ProxyJump outer
Host command
  ProxyCommand nc %h %p
Match user special
  Port 4444
`,
);

const pi: Connection = { transport: 'ssh', address: 'pi' };

describe('ssh -G', () => {
  it('gives what the configuration of ssh says', async () => {
    expect(await readSshConfig({ address: 'pi', file })).toEqual({
      hostname: '192.168.1.2',
      user: 'ubuntu',
      port: 2222,
      identityFiles: [join(homedir(), '.ssh/192.168.1.2_key')],
      identitiesOnly: true,
      identityAgent: 'none',
      knownHosts: [join(homedir(), '.ssh/own_192.168.1.2'), '/etc/global'],
      hostKeyAlias: 'the-pi',
      proxyJump: 'me@gate:23,middle',
      connectTimeout: 7,
    });
  });

  it('lets a known user decide its Match blocks', async () => {
    expect((await readSshConfig({ address: 'nas', user: 'special', file }))?.port).toBe(4444);
    expect((await readSshConfig({ address: 'nas', file }))?.port).toBe(22);
  });

  it('refuses a ProxyCommand', async () => {
    expect(await failure(readSshConfig({ address: 'command', file }))).toMatchObject({
      kind: 'setup',
      message: "ProxyCommand, which ssh's configuration sets for command, is not supported",
    });
    expect(parseSshConfig('hostname x\nproxycommand none\n', 'x').hostname).toBe('x');
  });

  it('passes on what ssh does not understand', async () => {
    const bad = join(folder, 'bad');
    writeFileSync(bad, 'NoSuchKeyword yes\n');
    const error = await failure(readSshConfig({ address: 'pi', file: bad }));
    expect(error.kind).toBe('setup');
    expect(error.message).toMatch(
      /^ssh does not understand its own configuration: .*bad configuration options/i,
    );
    expect(error.hint).toBe(`try: ssh -G -T -F ${bad} -- pi`);
  });
});

describe('the way to a host', () => {
  it('follows the configuration, jump hosts included', async () => {
    const { jumps, target } = await resolveHops({ name: 'router', connection: pi, sshConfig: file });
    expect(jumps.map(({ name, user, address, port }) => `${name} ${user} ${address} ${port}`)).toEqual([
      `outer ${userInfo().username} outer 22`,
      'me@gate:23 me gate.example 23',
      `middle ${userInfo().username} middle 22`,
    ]);
    expect(target).toMatchObject({
      name: 'router',
      address: '192.168.1.2',
      knownAs: 'the-pi',
      agentSocket: undefined,
      isIdentityNamed: true,
      connectTimeout: 7,
    });
  });

  it('lets the inventory win', async () => {
    const connection: Connection = {
      ...pi,
      user: 'root',
      port: 22,
      privateKey: '~/own',
      jump: 'none',
      connectTimeout: 3,
    };
    const { jumps, target } = await resolveHops({
      name: 'router',
      connection,
      sshConfig: file,
      knownHosts: ['/own/known_hosts'],
    });
    expect(jumps).toEqual([]);
    expect(target).toMatchObject({
      user: 'root',
      port: 22,
      identityFiles: [join(homedir(), 'own')],
      knownHosts: ['/own/known_hosts'],
      connectTimeout: 3,
    });
  });

  it('falls back to the defaults of SSH', async () => {
    const { target } = await resolveHops({
      name: 'nas',
      connection: { transport: 'ssh', address: 'NAS', port: 2200 },
      sshConfig: false,
      agentSocket: '/agent',
    });
    expect(target).toMatchObject({
      user: userInfo().username,
      knownAs: '[nas]:2200',
      knownHosts: [join(homedir(), '.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts'],
      identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name)),
      isIdentityNamed: false,
      agentSocket: '/agent',
    });
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    const same = await resolveHops({
      name: 'nas',
      connection: { transport: 'ssh', address: 'nas' },
      sshConfig: empty,
    });
    expect(same.target).toMatchObject({ isIdentityNamed: false, port: 22, knownAs: 'nas' });
  });

  it.each([
    ['me@gate', 'me', 'gate', 22],
    ['me@corp@gate:23', 'me@corp', 'gate', 23],
    ['[fe80::1]:23', userInfo().username, 'fe80::1', 23],
    ['fe80::1', userInfo().username, 'fe80::1', 22],
    ['ssh://me@gate:23', 'me', 'gate', 23],
  ])('reads the jump host %s', async (jump, user, address, port) => {
    const { jumps } = await resolveHops({ name: 'x', connection: { ...pi, jump }, sshConfig: false });
    expect(jumps).toMatchObject([{ name: jump, user, address, port }]);
  });

  it('refuses what is no jump host', async () => {
    const attempt = resolveHops({ name: 'x', connection: { ...pi, jump: 'gate:port' }, sshConfig: false });
    expect((await failure(attempt)).message).toBe('`gate:port` is no jump host');
  });
});
