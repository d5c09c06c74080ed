import type { Answers } from './answers.ts';

/** What dpkg and apt say about the packages asked for. */
export interface Packages {
  readonly installed: ReadonlyMap<string, string>;
  /** Removed, but their configuration is still there. */
  readonly leftovers: ReadonlySet<string>;
  /** Virtual packages by one of the installed packages that provide them. */
  readonly provided: ReadonlyMap<string, string>;
  /** The version that apt would install; absent: apt knows no such package. `''`: it is only virtual. */
  readonly candidates: ReadonlyMap<string, string>;
  /** Left half configured by an interrupted run. */
  readonly unconfigured: readonly string[];
  /** Left half installed: they must be unpacked again. */
  readonly halfInstalled: readonly string[];
}

/** `openvpn`, `openvpn=2.6.*`, `libc6:i386`. */
export interface PackageSpec {
  readonly name: string;
  /** A version, or a pattern with `*`. */
  readonly version?: string;
}

export const PACKAGE_SPEC = /^[a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?(?:=[A-Za-z0-9.+:~*-]+)?$/;

export function parseSpec(text: string): PackageSpec {
  const [name = '', version] = text.split('=', 2);
  return version === undefined ? { name } : { name, version };
}

/** Whether a version is the one asked for, as apt compares: literally, but for `*`. */
export function versionMatches(version: string, pattern: string): boolean {
  const literal = pattern.split('*').map((part) => part.replaceAll(/[.+]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('.*')}$`).test(version);
}

/** Extended regular expression for those lines of `dpkg-query` that concern these packages, or are in disorder. */
export function packagePattern(names: readonly string[]): string {
  const any = names.map((name) => name.replaceAll(/[.+]/g, String.raw`\$&`)).join('|');
  const broken = '^.[HUFWt]|^..R';
  return any === ''
    ? broken
    : `${broken}|^...\\|(${any})(:[a-z0-9-]+)?\\||\\|(.*, )?(${any})( \\([^)]*\\))?(,|$)`;
}

export const PACKAGE_FORMAT = '${db:Status-Abbrev}|${binary:Package}|${Version}|${Provides}\\n';

/** Reads `package=` lines (in `PACKAGE_FORMAT`), `policy=` lines of `apt-cache policy` and `arch=`. */
export function parsePackages(answers: Answers): Packages {
  const native = answers.get('arch');
  const installed = new Map<string, string>();
  const leftovers = new Set<string>();
  const provided = new Map<string, string>();
  const unconfigured: string[] = [];
  const halfInstalled: string[] = [];
  for (const line of answers.all('package')) {
    const [status = '', fullName = '', version = '', provides = ''] = line.split('|');
    const name = fullName.endsWith(`:${native}`) ? fullName.slice(0, -native.length - 1) : fullName;
    if (/^.[UFWt]/.test(status)) unconfigured.push(name);
    if (/^.H|^..R/.test(status)) halfInstalled.push(name);
    if (status[1] === 'c') leftovers.add(name);
    // What is half done counts as there: it is put right first.
    if (!/^.[iHUFWt]/.test(status)) continue;
    installed.set(name, version);
    installed.set(`${name}:${native}`, version);
    for (const entry of provides.split(',')) {
      const virtual = entry.trim().split(' ')[0] ?? '';
      if (virtual !== '' && virtual !== name) provided.set(virtual, name);
    }
  }
  const candidates = parsePolicy(answers.all('policy'));
  return { installed, leftovers, provided, candidates, unconfigured, halfInstalled };
}

function parsePolicy(lines: readonly string[]): ReadonlyMap<string, string> {
  const candidates = new Map<string, string>();
  let name = '';
  for (const line of lines) {
    name = /^(\S+):$/.exec(line)?.[1] ?? name;
    const candidate = /^ {2}Candidate: (.*)$/.exec(line)?.[1];
    if (candidate !== undefined) candidates.set(name, candidate === '(none)' ? '' : candidate);
  }
  return candidates;
}
