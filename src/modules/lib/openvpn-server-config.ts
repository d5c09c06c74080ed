import { halves, netmaskOf, networkOf, type OpenvpnServerParams } from './openvpn-server-params.ts';

const FOLDER = '/etc/openvpn/server';

/** Where the files of an instance lie. */
export function serverFiles(name: string) {
  return {
    config: `${FOLDER}/${name}.conf`,
    tlsCrypt: `${FOLDER}/${name}.tls-crypt.key`,
    clients: `${FOLDER}/${name}.clients`,
    unit: `openvpn-server@${name}.service`,
    /** There while a change is not yet seen to work; holds the old configuration. */
    pending: `/run/homerun-openvpn-server-${name}`,
  };
}

/**
 * The server takes the first of its own list that a client knows. A Raspberry Pi up to the 4 has no instructions for
 * AES: without them ChaCha20 takes two thirds of the processor time, and with them a few percent more.
 */
export const ciphers = 'CHACHA20-POLY1305:AES-256-GCM:AES-128-GCM';

/** Bytes for what comes faster than a small processor takes it. The kernel's own buffer is full after some hundred packets. */
const BUFFER = 524_288;

/** The file `NAME.conf`. */
export function serverConfig(asked: OpenvpnServerParams): string {
  const { ca, certificate, network, keepalive } = asked;
  const { first, last } = halves(network);
  const netmask = netmaskOf(network);
  const files = serverFiles(asked.name);
  return text([
    '# Written by homerun: what is changed here is undone by the next run.',
    `port ${asked.port}`,
    `proto ${asked.proto}`,
    `dev ${asked.interface}`,
    'topology subnet',
    // A pool of its own, or the server would give away the addresses that are fixed.
    `server ${networkOf(network)} ${netmask} nopool`,
    `ifconfig-pool ${first} ${last} ${netmask}`,
    `client-config-dir ${files.clients}`,
    `ca ${quoted(`${ca}/ca.crt`)}`,
    `cert ${quoted(`${ca}/${certificate}.crt`)}`,
    `key ${quoted(`${ca}/${certificate}.key`)}`,
    `crl-verify ${quoted(`${ca}/crl.pem`)}`,
    'dh none',
    'tls-version-min 1.2',
    'remote-cert-tls client',
    `tls-crypt ${files.tlsCrypt}`,
    `data-ciphers ${ciphers}`,
    ...(asked.proto === 'udp' ? buffers() : []),
    ...(asked.client_to_client ? ['client-to-client'] : []),
    `keepalive ${keepalive.interval} ${keepalive.timeout}`,
    // Clients then come back at once after a restart.
    ...(asked.proto === 'udp' ? ['explicit-exit-notify 1'] : []),
    'persist-key',
    'persist-tun',
    'verb 3',
    ...asked.push.map((option) => `push ${quoted(option)}`),
    ...asked.extra,
  ]);
}

/** For both ends. The kernel itself finds the right ones for TCP, unless it is told. */
function buffers(): readonly string[] {
  return ['sndbuf', 'rcvbuf'].flatMap((name) => [`${name} ${BUFFER}`, `push "${name} ${BUFFER}"`]);
}

/** The files of \`client-config-dir\`, by their names. */
export function clientFiles({ addresses, network }: OpenvpnServerParams): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(addresses).map(([client, address]) => [
      client,
      text([`ifconfig-push ${address} ${netmaskOf(network)}`]),
    ]),
  );
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** As OpenVPN reads it: in double quotes a backslash takes the next letter as it is. */
function quoted(word: string): string {
  return `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
