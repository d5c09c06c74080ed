import { z } from 'zod';
import { text } from '../../model/schema.ts';
import { type Script, raw } from '../../model/script.ts';

/** What a file shall hash to: the sum itself, or the address of a list of sums such as `SHA256SUMS`. */
export interface Checksum {
  readonly algorithm: string;
  readonly sum?: string;
  readonly listUrl?: string;
}

const LENGTHS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** `sha256:…`, with the sum or with the address of a list. */
export const checksumParam = text.transform((value, context): Checksum => {
  const [, algorithm = '', rest = ''] = /^(\w+):\s*(\S+)$/.exec(value.trim()) ?? [];
  const length = LENGTHS[algorithm];
  const complain = (message: string): Checksum => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (length === undefined)
    return complain(`write the checksum as \`sha256:…\`; known are ${Object.keys(LENGTHS).join(', ')}`);
  if (/^(?:https?|ftp|file):\/\//.test(rest)) return { algorithm, listUrl: rest };
  const sum = rest.toLowerCase();
  if (!/^[0-9a-f]+$/.test(sum) || sum.length !== length)
    return complain(`a ${algorithm} sum has ${length} digits from 0 to 9 and a to f`);
  return { algorithm, sum };
});

/** Defines `sum_of <FILE`, which prints the sum alone, or nothing where the host cannot. */
export function sumFunction(algorithm: string): Script {
  return raw(`sum_of() {
  sum=$(${algorithm}sum 2>/dev/null || busybox ${algorithm}sum 2>/dev/null) || sum=
  printf '%s\\n' "\${sum%% *}"
}`);
}

/** The sum of one file in a list of sums: lines of GNU's tools or of BSD's, or the sum alone. */
export function sumInList(lines: readonly string[], name: string, algorithm: string): string | undefined {
  const digits = `[0-9A-Fa-f]{${LENGTHS[algorithm] ?? 64}}`;
  for (const line of lines) {
    const [, gnu, gnuName] = new RegExp(`^(${digits})\\s+\\*?(.+?)\\s*$`).exec(line) ?? [];
    const [, bsdName, bsd] = new RegExp(`^\\w+ \\((.+)\\) = (${digits})\\s*$`).exec(line) ?? [];
    const found = gnuName ?? bsdName;
    if (found !== undefined && found.replace(/^.*\//, '') === name) return (gnu ?? bsd)?.toLowerCase();
  }
  const [only = ''] = lines.map((line) => line.trim()).filter((line) => line !== '');
  return lines.length === 1 && new RegExp(`^${digits}$`).test(only) ? only.toLowerCase() : undefined;
}
