import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.ts';

export type Vpn = 'openvpn' | 'wireguard';

/** Stands for the `secrets.yaml` of an owner: what a reset card must not take along. */
export const secrets = {
  backup_password: 'correct horse battery staple',
  jupyter_password: 'open-the-notebook-7',
  vscode_password: 'open-the-code-8',
};

/** What the phone finds at each port of the Pi, each from another kind of service. */
export const services: Readonly<Record<number, RegExp>> = {
  8080: /Pages of the house\./,
  8888: /<title>Jupyter Notebook<\/title>/,
  8443: /^code 1\.0 as [1-9]\d*, 15 letters\n$/,
  8001: /^a command\n$/,
  8002: /^a session of screen\n$/,
};

const fixtures = join(root, 'test/rehearsal/fixtures/services');

/** The bundled inventory with what its owner would change in it: the tunnel, services, and the ports that lead there. */
export function writeInventory(folder: string, vpn: Vpn): string {
  const { archive, checksum } = writeRelease(folder, '1.0');
  const serve = (port: number, text: string): string =>
    JSON.stringify(
      `mkdir -p ~/pages && echo ${text} >~/pages/index.html && exec python3 -m http.server ${port} --bind 192.168.1.21 --directory ~/pages`,
    );
  const forwards = Object.keys(services).map((port) => `        - {port: ${port}, to: 'nas:${port}'}\n`);
  const edits = [
    ['  vpn: openvpn\n', `  vpn: ${vpn}\n`],
    ["        - {port: 2121, to: 'nas:21'}\n", `        - {port: 2121, to: 'nas:21'}\n${forwards.join('')}`],
    [
      '      services: {}\n',
      `      services:
        blog: {port: 8080, folder: ${join(fixtures, 'blog')}}
        jupyter: {port: 8888, password: '{{ jupyter_password }}'}
        vscode: {port: 8443, archive: ${archive}, checksum: '${checksum}', password: '{{ vscode_password }}'}
        commands: [{name: command, port: 8001, command: ${serve(8001, 'a command')}}]
        screens: [{name: session, port: 8002, command: ${serve(8002, 'a session of screen')}}]
`,
    ],
  ] as const;
  const path = join(folder, 'inventory.yaml');
  writeFileSync(
    path,
    edits.reduce(
      (text, [from, to]) => {
        if (!text.includes(from)) throw new Error(`the bundled inventory does not have: ${from}`);
        return text.replace(from, () => to);
      },
      readFileSync(join(root, 'inventory.yaml'), 'utf8'),
    ),
  );
  return path;
}

/** An archive that stands for a release of code-server: the real one cannot be fetched here. */
export function writeRelease(folder: string, version: string): { archive: string; checksum: string } {
  const name = `code-server-${version}`;
  cpSync(join(fixtures, 'code-server'), join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'version'), version);
  const archive = join(folder, `${name}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', folder, name]);
  return {
    archive,
    checksum: `sha256:${createHash('sha256').update(readFileSync(archive)).digest('hex')}`,
  };
}
