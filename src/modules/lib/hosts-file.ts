import { linesOf, textOfLines } from './text.ts';

/**
 * /etc/hosts with a line that resolves the host's own name, so that `sudo` need not wait for a name server.
 * Debian's place for it is 127.0.1.1. The old name on that line gives way; every other line stays.
 */
export function setOwnName(hosts: string, name: string, oldName: string): string {
  const short = name.split('.')[0] ?? name;
  const wanted = name === short ? [name] : [name, short];
  const lines = [...linesOf(hosts)];
  const own = lines.findIndex((line) => parse(line)?.address === '127.0.1.1');
  const present = parse(lines[own] ?? '');
  // Another line with the name, e.g. with the host's fixed address, serves as well.
  if (!present && lines.some((line) => wanted.every((word) => parse(line)?.names.includes(word))))
    return hosts;
  if (present && wanted.every((word) => present.names.includes(word))) return hosts;
  const oldShort = oldName.split('.')[0] ?? oldName;
  const isOld = (word: string): boolean => word === oldShort || word.startsWith(`${oldShort}.`);
  const kept = present?.names.filter((word) => !isOld(word) && !wanted.includes(word)) ?? [];
  const line = `127.0.1.1\t${[...wanted, ...kept].join(' ')}${present?.remark ?? ''}`;
  if (own !== -1) lines.splice(own, 1, line);
  else lines.splice(lines.findIndex((text) => parse(text)?.address === '127.0.0.1') + 1, 0, line);
  return textOfLines(lines);
}

function parse(
  line: string,
): { readonly address: string; readonly names: readonly string[]; readonly remark: string } | undefined {
  const [, text = '', remark = ''] = /^([^#]*)(#.*)?$/.exec(line) ?? [];
  const [address = '', ...names] = text.trim().split(/\s+/);
  if (address === '' || names.length === 0) return undefined;
  return { address, names, remark: remark === '' ? '' : ` ${remark}` };
}
