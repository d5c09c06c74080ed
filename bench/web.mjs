// What hosts fetch: a program and a git repository on a web server of the outside, and an archive of the controller.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function makeArchive(root, folder) {
  const source = join(folder, 'archive/tools');
  mkdirSync(source, { recursive: true });
  for (let number = 0; number < 20; number++)
    writeFileSync(join(source, `tool-${number}.sh`), `#!/bin/sh\necho tool ${number}\n`);
  const archive = join(folder, 'tools.tar.gz');
  const options = ['--owner=root', '--group=root', '--mtime=2026-01-01', '--sort=name'];
  execFileSync('tar', ['-czf', archive, ...options, '-C', join(folder, 'archive'), 'tools']);
  return archive;
}

export async function serveWeb(rehearsal, root, folder) {
  const web = join(folder, 'web');
  mkdirSync(web);
  cpSync(join(root, 'bench/files/house-status'), join(web, 'house-status'));
  const recipe = `cd "$1" && git init -q -b main notes && cd notes && echo notes of the house >README &&
git add . && git -c user.name=owner -c user.email=owner@home.arpa commit -q -m first && cd .. &&
git clone -q --bare notes notes.git && git -C notes.git update-server-info && tar -czf ../web.tgz house-status notes.git`;
  execFileSync('sh', ['-c', recipe, '-', web]);
  const client = await rehearsal.client('web', 'internet', { address: '203.0.113.80' });
  const input = readFileSync(join(folder, 'web.tgz')).toString('base64');
  const started = await client.exec(
    'mkdir -p /srv/www && cd /srv/www && base64 -d | tar -xz && busybox httpd -p 80 -h /srv/www',
    { input },
  );
  if (started.code !== 0) throw new Error(`the web server did not start: ${started.stderr}`);
}
