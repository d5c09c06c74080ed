import { createHash } from 'node:crypto';
import { Secret } from '../../model/secret.ts';
import { textOf, type OpenvpnClientParams } from './openvpn-client-params.ts';

const FOLDER = '/etc/openvpn/client';

/** Where the files of a client lie. */
export function clientFilesOf(name: string) {
  return {
    config: `${FOLDER}/${name}.conf`,
    password: `${FOLDER}/${name}.pass`,
    unit: `openvpn-client@${name}.service`,
    /** There while a change is not yet seen to work. */
    pending: `/run/homerun-openvpn-client-${name}`,
  };
}

/** The configuration: the profile, with what must hold on this host in its place. Never shown, as a key may stand in it. */
export function clientConfig(asked: OpenvpnClientParams): Secret {
  const { profile, interface: device, routing_table: table } = asked;
  const own = [
    `dev ${device}`,
    ...(asked.password === undefined ? [] : [`askpass ${clientFilesOf(asked.name).password}`]),
    ...(table === undefined
      ? []
      : [
          'pull-filter ignore redirect-gateway',
          'script-security 2',
          `route-up "/sbin/ip route replace default dev ${device} table ${table}"`,
        ]),
    ...asked.extra,
  ];
  const first = (line: string): string => line.trim().split(/\s/, 1)[0] ?? '';
  const replaced = own.map(first).filter((word) => ['dev', 'askpass'].includes(word));
  const kept = textOf(profile)
    .replaceAll('\r', '')
    .trimEnd()
    .split('\n')
    .filter((line) => !replaced.includes(first(line)));
  const text = [...kept, '# For this host, by homerun:', ...own, ''].join('\n');
  return new Secret(text, profile instanceof Secret ? profile.parts : undefined);
}

/** The file for \`askpass\`: OpenVPN takes a CR at its end for a part of the password. */
export function passwordFile({ password }: OpenvpnClientParams): Secret | undefined {
  return password === undefined ? undefined : new Secret(`${textOf(password).replace(/\r?\n$/, '')}\n`);
}

/** As \`sha256sum\` prints it: so a file is compared without its content going over the wire. */
export function sumOf(content: Secret): string {
  return createHash('sha256').update(content.reveal()).digest('hex');
}
