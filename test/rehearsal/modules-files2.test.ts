import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/model/inventory.ts';
import type { Module } from '../../src/model/module.ts';
import { quote } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';
import { apt } from '../../src/modules/apt.ts';
import { aptRepository } from '../../src/modules/apt_repository.ts';
import { deb822Repository } from '../../src/modules/deb822_repository.ts';
import { debconf } from '../../src/modules/debconf.ts';
import { getUrl } from '../../src/modules/get_url.ts';
import { git } from '../../src/modules/git.ts';
import { knownHosts } from '../../src/modules/known_hosts.ts';
import { localeGen } from '../../src/modules/locale_gen.ts';
import { mount } from '../../src/modules/mount.ts';
import { screen } from '../../src/modules/screen.ts';
import { unarchive } from '../../src/modules/unarchive.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { type Execute, applyTask } from '../rig.ts';
import { homerun, named, write, type Ran } from './house.ts';
import { onHost } from './on-host.ts';
import { restOfModules } from './modules-rest.ts';
import { canRehearse } from './possible.ts';
import { temporaryFolder } from '../temporary.ts';

const inventory: Inventory = {
  path: 'inventory.yaml',
  groups: new Map(),
  networks: [{ name: 'modem', range: '192.168.1.0/24', gateway: '192.168.1.1', settings: {} }],
  hosts: [
    {
      name: 'pi',
      groups: [],
      connection: { transport: 'ssh', address: '192.168.1.2' },
      interfaces: [{ name: 'eth0', network: 'modem', address: '192.168.1.2' }],
      variables: {},
    },
  ],
};

describe.skipIf(!(await canRehearse('the modules of files')))('the modules of files, on a real host', () => {
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    rehearsal = await bootRehearsal(inventory, {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-files2-'),
    });
  });
  afterAll(async () => rehearsal?.down());

  const { execute, must } = onHost(() => rehearsal, 'pi');
  const done = async <Params, State>(
    module: Module<Params, State>,
    params: unknown,
  ): Promise<readonly string[]> => {
    const { changes, failure } = await applyTask({ module, params, execute });
    if (failure) throw new Error(failure.failed);
    return changes.map(({ summary }) => summary);
  };
  const failed = async <Params, State>(module: Module<Params, State>, params: unknown): Promise<string> =>
    (await applyTask({ module, params, execute })).failure?.failed ?? 'nothing failed';
  const install = (...names: readonly string[]) => done(apt, { name: names, update_cache: true });

  describe('mount', () => {
    const data = { path: '/mnt/my data', src: 'tmpfs', fstype: 'tmpfs', opts: 'size=1m,mode=0700' };

    it('mounts, and leaves the rest of fstab alone', async () => {
      await must("printf '# mine\\nnowhere /never  none noauto 0 0\\n' >/etc/fstab");
      expect(await done(mount, { ...data, state: 'mounted' })).toEqual([
        'create folder /mnt/my data',
        'update /etc/fstab',
        'mount tmpfs at /mnt/my data',
      ]);
      expect(await must('cat /etc/fstab; findmnt -no FSTYPE,OPTIONS "/mnt/my data"')).toMatch(
        /^# mine\nnowhere \/never {2}none noauto 0 0\ntmpfs \/mnt\/my\\040data tmpfs size=1m,mode=0700 0 0\ntmpfs .*size=1024k/,
      );
    });

    it('notices what was unmounted, and sets new options without unmounting', async () => {
      await must('umount "/mnt/my data"');
      expect(await done(mount, { ...data, state: 'mounted' })).toEqual(['mount tmpfs at /mnt/my data']);
      await must('touch "/mnt/my data/kept"');
      const more = { ...data, opts: 'size=2m,mode=0700,noexec,ro', state: 'mounted' };
      expect(await done(mount, more)).toEqual([
        'update /etc/fstab',
        'remount /mnt/my data with size=2m,mode=0700,noexec,ro',
      ]);
      await must('test -e "/mnt/my data/kept"');
      await must('mount -o remount,rw "/mnt/my data"');
      expect(await done(mount, more)).toEqual(['remount /mnt/my data with size=2m,mode=0700,noexec,ro']);
      expect(await must('findmnt -no OPTIONS "/mnt/my data"')).toMatch(/^ro,noexec,.*size=2048k/);
    });

    it('puts a folder in a second place, instead of what is there', async () => {
      await must('mkdir -p /srv/blog && echo hello >/srv/blog/page');
      const bind = { path: '/mnt/my data', src: '/srv/blog', fstype: 'none', opts: 'bind,ro' };
      expect(await done(mount, { ...bind, state: 'mounted' })).toEqual([
        'update /etc/fstab',
        'mount /srv/blog at /mnt/my data instead of tmpfs',
      ]);
      expect(await must('cat "/mnt/my data/page"')).toBe('hello\n');
      await expect(must('touch "/mnt/my data/x"')).rejects.toThrow('Read-only');
    });

    it('is there again after a restart, and says who holds it when it cannot be unmounted', async () => {
      await rehearsal.reboot('pi');
      expect(
        await done(mount, { ...data, src: '/srv/blog', fstype: 'none', opts: 'bind,ro', state: 'mounted' }),
      ).toEqual([]);
      await must('cd "/mnt/my data" && nohup sleep 1000 >/dev/null 2>&1 & sleep 0.2');
      expect(await failed(mount, { ...data, state: 'unmounted' })).toContain('target is busy');
      await must('pkill -x sleep');
      expect(await done(mount, { ...data, state: 'unmounted' })).toEqual(['unmount /mnt/my data']);
      expect(await done(mount, { ...data, state: 'absent' })).toEqual([
        'update /etc/fstab',
        'remove the folder /mnt/my data if it is empty',
      ]);
      expect(await must('cat /etc/fstab; ls /mnt')).toBe('# mine\nnowhere /never  none noauto 0 0\n');
    });

    it('mounts without a trace in fstab, and writes fstab without mounting', async () => {
      const here = { path: '/mnt/e', src: 'tmpfs', fstype: 'tmpfs', state: 'ephemeral' };
      expect(await done(mount, here)).toEqual(['create folder /mnt/e', 'mount tmpfs at /mnt/e']);
      expect(await done(mount, { ...here, state: 'absent' })).toEqual([
        'unmount /mnt/e',
        'remove the folder /mnt/e if it is empty',
      ]);
      const late = { path: '/mnt/late', src: 'UUID=1', fstype: 'ext4', boot: false, opts: 'nofail' };
      expect(await done(mount, { ...late, state: 'present' })).toEqual(['update /etc/fstab']);
      expect(await must('tail -n 1 /etc/fstab; ls /mnt')).toBe('UUID=1 /mnt/late ext4 nofail,noauto 0 0\n');
      await done(mount, { ...late, state: 'absent' });
    });
  });

  describe('get_url and unarchive', () => {
    it('gets a release from another machine, with a secret that stands in no argv, and unpacks it', async () => {
      await install('zip', 'unzip', 'xz-utils', 'zstd');
      const server = await rehearsal.client('server', 'modem', { address: '192.168.1.50' });
      const serve = await server.exec(`mkdir -p /srv/www/private "/srv/release/tool 1/größe" && cd /srv
echo 'me:sesame' >auth; printf '/private:me:sesame\\n' >httpd.conf
echo hello >"release/tool 1/größe/it's [here]"; ln -s größe "release/tool 1/link"
tar -C release -czf www/private/tool.tar.gz . && cd www && (cd private && sha256sum tool.tar.gz) >SHA256SUMS
busybox httpd -p 80 -h /srv/www -c /srv/httpd.conf && sha256sum private/tool.tar.gz`);
      expect(serve.stderr).toBe('');
      const url = 'http://192.168.1.50/private/tool.tar.gz';
      const asked = {
        url,
        dest: '/opt/',
        checksum: 'sha256:http://192.168.1.50/SHA256SUMS',
        owner: 'daemon',
      };
      expect(await failed(getUrl, asked)).toContain('401');
      const token = `Basic ${Buffer.from('me:sesame').toString('base64')}`;
      await must(`printf '#!/bin/sh\\nprintf "%%s " "$@" >>/root/seen; env >>/root/seen\\nexec /usr/bin/curl "$@"\\n' >/usr/local/bin/curl
chmod +x /usr/local/bin/curl`);
      expect(await done(getUrl, { ...asked, headers: { Authorization: new Secret(token) } })).toEqual([
        `download ${url} to /opt/tool.tar.gz`,
      ]);
      expect(await must('stat -c "%U %a" /opt/tool.tar.gz; ls -A /opt')).toBe('daemon 644\ntool.tar.gz\n');
      const seen = await must('cat /root/seen; rm /usr/local/bin/curl');
      expect(seen).toContain('--config');
      expect(seen).not.toContain(token.slice(6));
      await must('mkdir /opt/tool');
      const unpack = {
        src: '/opt/tool.tar.gz',
        dest: '/opt/tool',
        remote_src: true,
        owner: 'games',
        mode: 'u=rwX,go=',
        extra_opts: '--strip-components=2',
      };
      expect(await done(unarchive, unpack)).toEqual(['unpack /opt/tool.tar.gz into /opt/tool']);
      expect(await must(`cd /opt/tool && cat "link/it's [here]" && stat -c '%U %a' größe link/*`)).toBe(
        'hello\ngames 700\ngames 600\n',
      );
      await must(`echo more >>"/opt/tool/größe/it's [here]"`);
      expect(await done(unarchive, unpack)).toEqual(['unpack /opt/tool.tar.gz into /opt/tool']);
      await server.down();
      expect(await failed(getUrl, { ...asked, force: true, timeout: 2, dest: '/opt/x' })).toContain(
        'cannot get',
      );
    });

    it('believes no certificate that nobody vouches for', async () => {
      const server = await rehearsal.client('web', 'modem', { address: '192.168.1.51' });
      await server.exec(`cd /srv && echo safe >page && openssl req -x509 -newkey rsa:2048 -nodes -days 1 \\
  -subj /CN=192.168.1.51 -addext subjectAltName=IP:192.168.1.51 -keyout key -out cert 2>/dev/null
nohup openssl s_server -WWW -port 443 -key key -cert cert >/dev/null 2>&1 & sleep 1`);
      const asked = { url: 'https://192.168.1.51/page', dest: '/opt/page' };
      expect(await failed(getUrl, asked)).toContain('certificate');
      await done(getUrl, { ...asked, validate_certs: false });
      expect(await must('cat /opt/page')).toBe('safe\n');
      await server.down();
    });

    it('unpacks every kind with the tools of the host, and refuses a shortened archive', async () => {
      await must(`mkdir -p /root/in && cd /root && printf 'a\\n' >'in/new
line' && tar --zstd -cf a.tar.zst in && tar -czf a.tar.gz in && cp -r /usr/share/doc/zip plain && zip -qr a.zip plain && mkdir zst gz zip short`);
      const asked = { remote_src: true };
      for (const [kind, name] of [
        ['zst', 'a.tar.zst'],
        ['gz', 'a.tar.gz'],
        ['zip', 'a.zip'],
      ])
        expect(await done(unarchive, { ...asked, src: `/root/${name}`, dest: `/root/${kind}` })).toEqual([
          `unpack /root/${name} into /root/${kind}`,
        ]);
      await must('head -c 100 /root/a.tar.gz >/root/short.tar.gz');
      expect(await failed(unarchive, { ...asked, src: '/root/short.tar.gz', dest: '/root/short' })).toContain(
        'cannot unpack /root/short.tar.gz',
      );
    });
  });

  describe('through the command, over ssh', () => {
    let folder: string;
    let options: { readonly inventory: string };

    beforeAll(async () => {
      folder = temporaryFolder();
      const text = `networks:
  modem: { range: 192.168.1.0/24, gateway: 192.168.1.1 }
hosts:
  pi: { address: 192.168.1.2, user: ${rehearsal.hosts[0]?.user ?? ''}, become: true }
`;
      options = { inventory: await write(folder, 'inventory.yaml', text) };
    });

    it('shows a secret that was read from a host nowhere, and can use it', async () => {
      await must("printf 'open\\nsesame street\\n' >/root/key; chmod 600 /root/key");
      const playbook = await write(
        folder,
        'slurp.yaml',
        `- hosts: pi
  become: true
  tasks:
    - slurp: { src: /root/key, secret: true }
      register: key
    - debug: { msg: 'it is {{key.text}} or {{key.content}}' }
    - copy: { content: '{{key.text}}', dest: /root/copy, mode: '0600' }
    - shell: cat /root/copy
`,
      );
      const ran = await homerun(rehearsal, ['run', playbook, '-vvv', '--diff'], options);
      expect([ran.code, ran.stderr]).toEqual([0, '']);
      const all = ran.stdout + ran.stderr;
      const encoded = Buffer.from('open\nsesame street\n').toString('base64');
      for (const form of ['sesame street', encoded]) expect(all).not.toContain(form);
      expect(all).toContain('********');
      expect(await must('cat /root/copy')).toBe('open\nsesame street\n');
    });

    it('sends an archive of some size, and finds it unpacked the second time', async () => {
      const bytes = Buffer.from(Array.from({ length: 3_000_000 }, () => Math.floor(Math.random() * 256)));
      await mkdir(join(folder, 'files/in'), { recursive: true });
      await writeFile(join(folder, 'files/in/noise'), bytes);
      execFileSync('tar', ['-czf', 'noise.tar.gz', 'in'], { cwd: join(folder, 'files') });
      const text = `- hosts: pi
  become: true
  tasks:
    - unarchive: { src: noise.tar.gz, dest: /srv, owner: daemon }
`;
      const playbook = await write(folder, 'unarchive.yaml', text);
      const first = await homerun(rehearsal, ['run', playbook], options);
      expect([first.code, named(first, 'changed').length]).toEqual([0, 1]);
      expect(await must('sha256sum </srv/in/noise; stat -c %U /srv/in/noise')).toBe(
        `${createHash('sha256').update(bytes).digest('hex')}  -\ndaemon\n`,
      );
      const second = await homerun(rehearsal, ['run', playbook], options);
      expect([second.code, named(second, 'ok').length, named(second, 'changed')]).toEqual([0, 1, []]);
      expect(await must('ls -A /srv')).not.toContain('.homerun');
    });
  });

  describe('fetch, over ssh', () => {
    let folder: string;
    let options: { inventory: string };

    beforeAll(async () => {
      folder = temporaryFolder('fetch');
      const user = rehearsal.hosts[0]?.user ?? '';
      const text = `hosts:\n  pi: { address: 192.168.1.2, user: ${user} }\n`;
      options = { inventory: await write(folder, 'inventory.yaml', text) };
    });

    it('brings every byte of what only root may read, and nothing the second time', async () => {
      await must(`umask 077; printf 'one\\0two\\n' >/root/secret; head -c 30000000 /dev/urandom >/root/backup
printf 'plain\\n' >/srv/plain; chmod 644 /srv/plain`);
      const text = `- hosts: pi
  become: true
  tasks:
    - fetch: { src: '{{item}}', dest: fetched }
      loop: [/root/secret, ~/backup, /srv/plain]
`;
      const playbook = await write(folder, 'fetch.yaml', text);
      const plan = await homerun(rehearsal, ['plan', playbook], options);
      const run = await homerun(rehearsal, ['run', playbook], options);
      expect([run.code, run.stderr, named(run, 'changed').length]).toEqual([0, '', 3]);
      expect(changesOf(plan)).toEqual(changesOf(run));
      const here = (path: string) => join(folder, 'fetched/pi', path);
      const sums = await must('cd / && sha256sum root/secret root/backup srv/plain');
      const paths = ['root/secret', 'root/backup', 'srv/plain'];
      const sumOf = (path: string) =>
        createHash('sha256')
          .update(readFileSync(here(path)))
          .digest('hex');
      expect(paths.map((path) => `${sumOf(path)}  ${path}\n`).join('')).toBe(sums);
      const modes = paths.map((path) => statSync(here(path)).mode & 0o777);
      expect(modes).toEqual([0o600, 0o600, 0o644]);
      const second = await homerun(rehearsal, ['run', playbook], options);
      expect([second.code, named(second, 'ok').length, named(second, 'changed')]).toEqual([0, 3, []]);
      expect(second.recap[0]?.exchanges).toBe(1);
    });

    it('says what it lacks where it cannot read, and asks for nothing where it may be missing', async () => {
      const text = `- hosts: pi
  ignore_errors: true
  tasks:
    - fetch: { src: /root/secret, dest: fetched }
    - fetch: { src: /etc/shadow, dest: fetched }
    - fetch: { src: /etc/none, dest: fetched }
    - fetch: { src: /etc/none, dest: fetched, fail_on_missing: false }
`;
      const { finished } = await homerun(rehearsal, ['run', await write(folder, 'no.yaml', text)], options);
      expect(finished.map(({ outcome, failure }) => [outcome, failure?.failed, failure?.hint])).toEqual([
        ['ignored', '/root/secret is in a folder that this user cannot enter', 'add `become: true`'],
        ['ignored', '/etc/shadow cannot be read by this user', 'add `become: true`'],
        ['ignored', '/etc/none is not on the host', 'check `src`, or say `fail_on_missing: false`'],
        ['ok', undefined, undefined],
      ]);
    });
  });

  describe('git and known_hosts', () => {
    it('clones over ssh with a key of its own, from a server whose key was made known', async () => {
      await install('git');
      await must(`useradd -m -s /bin/sh git && ssh-keygen -q -t ed25519 -N '' -f "/root/a key"
mkdir -m 700 /home/git/.ssh && cp '/root/a key.pub' /home/git/.ssh/authorized_keys
cd /home/git && git init -q --bare -b main blog.git && git clone -q blog.git /root/work 2>/dev/null
cd /root/work && git config user.email a@localhost && git config user.name a && git checkout -q -b main
echo 1 >page && git add . && git commit -qm 1 && git push -q origin main && chown -R git /home/git
git config --global --add safe.directory /home/git/blog.git`);
      const asked = { repo: 'git@192.168.1.2:blog.git', dest: '/srv/site', key_file: '/root/a key' };
      expect(await failed(git, asked)).toContain('Host key verification failed');
      const key = await must('cat /etc/ssh/ssh_host_ed25519_key.pub');
      expect(await done(knownHosts, { name: '192.168.1.2', key, hash_host: true })).toEqual([
        'create /root/.ssh/known_hosts (mode: 0600)',
      ]);
      expect(await done(git, asked)).toEqual(['clone git@192.168.1.2:blog.git into /srv/site']);
      expect(await must('cat /srv/site/page')).toBe('1\n');
      await done(knownHosts, { name: '192.168.1.2', state: 'absent' });
      await must('cd /root/work && echo 2 >page && git commit -qam 2 && git push -q origin main');
      expect(await done(git, { ...asked, accept_newhostkey: true })).toEqual(['update /srv/site to main']);
      expect(await must('cat /srv/site/page; ssh-keygen -F 192.168.1.2 | wc -l')).toMatch(/^2\n[1-9]/);
    });

    it('refuses the copy of another user, and works as that user', async () => {
      const asked = { repo: '/home/git/blog.git', dest: '/home/git/copy' };
      const asGit: Execute = async ({ text, secrets }) =>
        execute({
          text: `exec setpriv --reuid=git --regid=git --clear-groups env HOME=/home/git sh -c ${quote(text)}`,
          secrets,
        });
      const { changes, failure } = await applyTask({ module: git, params: asked, execute: asGit });
      expect([failure, changes.length]).toEqual([undefined, 1]);
      expect(await failed(git, asked)).toBe('/home/git/copy belongs to another user');
    });
  });

  describe('screen', () => {
    const asked = { name: 'job', user: 'pi2', command: "while :; do date >'last run'; sleep 1; done" };

    it('runs one session per name, as its user, and starts it anew when its command changes', async () => {
      expect(await failed(screen, asked)).toBe('the host has no screen');
      await install('screen');
      expect(await failed(screen, asked)).toBe('there is no user pi2');
      await must('useradd -m pi2 && mkdir /home/pi2/notes && chown pi2 /home/pi2/notes');
      expect(await done(screen, asked)).toEqual(['start the session job of pi2']);
      await must('sleep 1; [ "$(stat -c %U \'/home/pi2/last run\')" = pi2 ]');
      const elsewhere = { ...asked, chdir: '~/notes' };
      expect(await done(screen, elsewhere)).toEqual(['restart the session job of pi2']);
      await must("sleep 1; test -e '/home/pi2/notes/last run'; pgrep -xc screen | grep -x 1");
      await must('pkill -x screen; sleep 0.5');
      expect(await done(screen, elsewhere)).toEqual(['start the session job of pi2']);
      expect(await failed(screen, { ...asked, name: 'short', command: 'true' })).toContain('ended at once');
      expect(await done(screen, { name: 'job', user: 'pi2', state: 'absent' })).toEqual([
        'end the session job of pi2',
      ]);
      expect(await must('pgrep -x screen || echo none')).toBe('none\n');
    });

    it('is root’s own without a user', async () => {
      expect(await done(screen, { name: 'mine', command: 'sleep 1000' })).toEqual(['start the session mine']);
      expect(await must('screen -ls | grep -c mine')).toBe('1\n');
      await done(screen, { name: 'mine', state: 'absent' });
    });
  });

  describe('locale_gen', () => {
    it('makes locales, sets the one of all users, and takes one away', async () => {
      expect(await failed(localeGen, { name: 'de_DE.UTF-8' })).toBe('the host cannot make locales');
      await install('locales');
      const asked = { name: ['de_DE.UTF-8', 'C.UTF-8'], lang: 'de_AT.UTF-8' };
      expect(await done(localeGen, asked)).toEqual([
        'update /etc/locale.gen',
        'make de_DE.UTF-8, de_AT.UTF-8',
        expect.stringContaining('/etc/default/locale'),
      ]);
      expect(await must('locale -a | grep -c ^de_; LANG=de_AT.UTF-8 ls /none 2>&1 || true')).toContain('2\n');
      expect(await must('. /etc/default/locale; echo "$LANG"')).toBe('de_AT.UTF-8\n');
      expect(await done(localeGen, { name: 'de_DE.UTF-8', state: 'absent' })).toEqual([
        'update /etc/locale.gen',
        'remove de_DE.UTF-8',
      ]);
      expect(await must('locale -a | grep ^de_')).toBe('de_AT.utf8\n');
      expect(await failed(localeGen, { name: 'xx_YY.UTF-8' })).toBe('this host knows no locale xx_YY.UTF-8');
    });
  });

  describe('deb822_repository and apt_repository', () => {
    const asked = { name: 'Our House', uris: 'file:/srv/repo', suites: './' };

    it('refuses a source that nobody signed, or somebody else, and leaves nothing behind', async () => {
      await install('gpg', 'gpg-agent');
      await must(`mkdir -p /srv/repo /root/pkg/DEBIAN && cd /srv/repo && chmod 755 /srv/repo
printf 'Package: our-tool\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@localhost>\\nDescription: a tool\\n' >/root/pkg/DEBIAN/control
dpkg-deb -b /root/pkg . >/dev/null && apt-ftparchive packages . >Packages && apt-ftparchive release . >../Release && mv ../Release .
for who in house other; do
  gpg --batch --quiet --passphrase '' --quick-generate-key $who@localhost ed25519 sign never
  gpg --armor --export $who@localhost >/srv/$who.asc; gpg --export $who@localhost >/srv/$who.gpg
done
gpg --batch --quiet -u house@localhost --clearsign -o InRelease Release`);
      const other = await must('cat /srv/other.asc');
      expect(await failed(deb822Repository, { ...asked, signed_by: other })).toContain('did not pass');
      expect(await must('ls /etc/apt/sources.list.d; apt-get -q update')).not.toContain('our-house.sources');
      expect(await failed(deb822Repository, { ...asked, uris: 'file:/srv/none', trusted: true })).toContain(
        'did not pass',
      );
    });

    it('takes the key as text, by address in bytes, and by path', async () => {
      const key = await must('cat /srv/house.asc');
      expect(await done(deb822Repository, { ...asked, signed_by: key })).toEqual([
        'update /etc/apt/keyrings/our-house.asc',
        expect.stringContaining('create /etc/apt/sources.list.d/our-house.sources'),
      ]);
      expect(
        await must('stat -c "%a %U" /etc/apt/keyrings/our-house.asc; apt-cache policy our-tool'),
      ).toMatch(/^644 root\n[^]*Candidate: 1\n/);
      expect(await done(apt, { name: 'our-tool' })).toEqual(['install our-tool 1']);
      expect(await done(deb822Repository, { ...asked, state: 'absent' })).toHaveLength(2);
      expect(await must('ls /etc/apt/keyrings; apt-cache policy our-tool')).not.toContain('/srv/repo');
      await done(deb822Repository, { ...asked, signed_by: 'file:///srv/house.gpg' });
      expect(await must('apt-get -q update; apt-cache policy our-tool')).toContain('file:/srv/repo');
      await done(deb822Repository, { ...asked, signed_by: '/srv/house.gpg', enabled: false });
      expect(await must('apt-get -q update; apt-cache policy our-tool')).not.toContain('file:/srv/repo');
      await done(deb822Repository, { ...asked, state: 'absent' });
    });

    it('keeps a line, and finds it in another file', async () => {
      const repo = 'deb [signed-by=/srv/house.gpg] file:/srv/repo ./';
      expect(await done(aptRepository, { repo })).toEqual([
        expect.stringContaining('create /etc/apt/sources.list.d/srv_repo.list'),
      ]);
      expect(await must('apt-cache policy our-tool')).toContain('file:/srv/repo');
      expect(await done(aptRepository, { repo, filename: 'other' })).toEqual([]);
      expect(await done(aptRepository, { repo, state: 'absent' })).toEqual([
        'remove /etc/apt/sources.list.d/srv_repo.list',
      ]);
      expect(await must('apt-cache policy our-tool')).not.toContain('file:/srv/repo');
      const wrong = { repo: 'deb file:/srv/repo ./', filename: 'wrong' };
      expect(await failed(aptRepository, wrong)).toContain('did not pass');
      expect(await must('ls -A /etc/apt/sources.list.d')).toBe('rehearsal.list\n');
    });
  });

  describe('debconf', () => {
    it('answers before the package asks, and keeps a password to itself', async () => {
      const asked = {
        name: 'tzdata',
        question: 'tzdata/Zones/Europe',
        vtype: 'select',
        value: 'Berlin',
      };
      expect(await done(debconf, asked)).toEqual(['answer tzdata/Zones/Europe of tzdata']);
      expect(await must('debconf-show tzdata | grep Europe')).toContain('Berlin');
      const password = {
        name: 'homerun',
        question: 'homerun/password',
        vtype: 'password',
        value: new Secret('open sesame'),
      };
      const set = await applyTask({ module: debconf, params: password, execute });
      expect(set.changes).toHaveLength(1);
      expect(JSON.stringify([set.state, set.result, set.outputs])).not.toContain('sesame');
      expect(await must('grep -c "open sesame" /var/cache/debconf/passwords.dat')).toBe('1\n');
      const flagged = { name: 'homerun', question: 'homerun/flag', vtype: 'boolean', value: false };
      expect(await done(debconf, flagged)).toEqual(['answer homerun/flag of homerun']);
      const read = await applyTask({ module: debconf, params: { name: 'homerun' }, execute });
      expect(read.result).toEqual({ current: { 'homerun/flag': 'false' } });
    });

    it('is for root', async () => {
      const asNobody: Execute = async ({ text, secrets }) =>
        execute({ text: `exec setpriv --reuid=65534 --clear-groups sh -c ${quote(text)}`, secrets });
      const params = { name: 'tzdata' };
      const { failure } = await applyTask({ module: debconf, params, execute: asNobody });
      expect(failure?.hint).toBe('it needs `become: true`');
    });
  });

  describe('the rest', () => {
    restOfModules(() => rehearsal);
  });
});

function changesOf({ finished }: Ran): readonly string[] {
  return finished.flatMap(({ changes }) => changes.map(({ summary }) => summary));
}
