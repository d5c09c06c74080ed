import { existsSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { parseKeyLine } from '../modules/lib/authorized-keys.ts';
import { addressAt, isIn, rangeOf } from './init-network.ts';

/** Says what is wrong with an answer. */
export type Check = (text: string) => string | undefined;

export const range: Check = (text) => {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return `${sixth(text)}write it like 192.168.1.0/24`;
  const whole = rangeOf(text);
  if (whole !== text) return `it begins earlier: write ${whole}`;
  const prefix = Number(text.split('/')[1]);
  return prefix >= 8 && prefix <= 28 ? undefined : 'a network has /8 to /28';
};

export const address: Check = (text) =>
  ipaddr.IPv4.isValidFourPartDecimal(text) ? undefined : `${sixth(text)}write it like 192.168.1.2`;

/** One of the addresses that hosts of a network can have, and nobody else has. */
export function within(network: string, taken: ReadonlySet<string> = new Set()): Check {
  return (text) => {
    const wrong = address(text);
    if (wrong !== undefined) return wrong;
    if (!isIn(text, network)) return `it is outside of ${network}`;
    const last = ipaddr.IPv4.broadcastAddressFromCIDR(network).toString();
    if (text === addressAt(network, 0) || text === last) return 'no host can have the first or last address';
    return taken.has(text) ? 'somebody has it already' : undefined;
  };
}

/** Outside of each of these networks. */
export function apart(...networks: readonly string[]): Check {
  return (text) => {
    const other = networks.find((network) => overlap(text, network));
    return other === undefined ? undefined : `it overlaps ${other}`;
  };
}

/** The first complaint of several checks. */
export function all(...checks: readonly Check[]): Check {
  return (text) => {
    for (const check of checks) {
      const wrong = check(text);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

export const roomy: Check = (text) =>
  Number(text.split('/')[1]) <= 24 ? undefined : 'it needs room for 200 devices: /24 or larger';

export const userName: Check = (text) =>
  /^[a-z_][a-z0-9_-]{0,31}$/.test(text) ? undefined : 'a name has small letters, digits, `_` and `-`';

export const yesOrNo: Check = (text) => (/^(?:y|yes|n|no)$/.test(text) ? undefined : 'answer yes or no');

/** Public keys of SSH, one after the other, each with its comment. */
export function keysIn(text: string): string[] {
  const kind = '(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\\w.@-]+';
  return [...text.matchAll(new RegExp(`${kind} [\\w+/]+=*(?: (?!${kind} )\\S+)*`, 'g'))].map(([key]) => key);
}

export const publicKeys: Check = (text) => {
  if (text === 'none' || text === 'no') return undefined;
  const keys = keysIn(text);
  const good = keys.length > 0 && keys.every((key) => parseKeyLine(key)) && keys.join(' ') === text;
  return good ? undefined : 'paste the line of a file such as ~/.ssh/id_ed25519.pub, or answer none';
};

export const yesOrKeys: Check = (text) =>
  yesOrNo(text) === undefined || publicKeys(text) === undefined ? undefined : 'answer yes or no';

export function oneOf(...known: readonly string[]): Check {
  return (text) => (known.includes(text) ? undefined : `answer ${known.join(' or ')}`);
}

export const timeZone: Check = (text) => {
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
    return undefined;
  } catch {
    return 'write it like Europe/Berlin';
  }
};

export const portPairs: Check = (text) => {
  if (text === 'none') return undefined;
  const pairs = pairsOf(text);
  const bad = pairs.length === 0 || pairs.flat().some((port) => !(port >= 1 && port <= 65535));
  if (bad) return 'write pairs of ports, such as 2121:21 8080:80, or none';
  return new Set(pairs.map(([port]) => port)).size < pairs.length ? 'one port leads to one place' : undefined;
};

/** Names of devices: of certificates, and of files. */
export function deviceNames(taken: readonly string[]): Check {
  return (text) => {
    const names = listOf(text);
    const bad = names.find((name) => !/^[a-z0-9][a-z0-9-]{0,30}$/.test(name) || taken.includes(name));
    if (bad !== undefined)
      return taken.includes(bad) ? `${bad} is a host of the house` : 'write names such as phone laptop';
    if (new Set(names).size < names.length) return 'each device has a name of its own';
    return names.length > 100 ? 'there is room for 100 devices' : undefined;
  };
}

export function namesOf(known: readonly string[]): Check {
  return (text) => {
    const strange = listOf(text).find((name) => !known.includes(name));
    return strange === undefined ? undefined : `there is no service ${strange}`;
  };
}

export const namedCommand: Check = (text) =>
  text === 'none' || /^[a-z][a-z0-9_-]*: *\S/.test(text)
    ? undefined
    : 'write NAME: COMMAND, such as radio: exec /opt/radio/run, or none';

/** Where a program comes from: fetched by the host, or a file of this machine. */
export const archive: Check = (text) =>
  /^https?:\/\/\S+$/.test(text) || existsSync(text)
    ? undefined
    : 'write the address of the archive (https://…), or a file of this machine';

export const sha256: Check = (text) =>
  /^sha256:[0-9a-f]{64}$/.test(text) ? undefined : 'write sha256: and the 64 digits that its makers publish';

/** The words of an answer; `none` stands for nothing. */
export function listOf(text: string): string[] {
  return text === 'none' ? [] : text.split(/[\s,]+/).filter((word) => word !== '');
}

export function pairsOf(text: string): (readonly [number, number])[] {
  return listOf(text).map((pair) => {
    const [port, to = port] = pair.split(':');
    return [Number(port), Number(to)] as const;
  });
}

export function overlap(left: string, right: string): boolean {
  const [one, other] = [ipaddr.IPv4.parseCIDR(left), ipaddr.IPv4.parseCIDR(right)];
  return one[0].match([other[0], Math.min(one[1], other[1])]);
}

function sixth(text: string): string {
  return text.includes(':') ? 'the house speaks IPv4: ' : '';
}
