import type { AptParams } from './apt-params.ts';
import type { AptState } from './apt-probe.ts';
import { type PackageSpec, versionMatches } from './dpkg.ts';

/** A package to install or upgrade. */
export interface Wish {
  /** What apt-get is told. */
  readonly word: string;
  readonly summary: string;
  readonly before: string;
  readonly after: string;
}

/** What is not as asked; `unknown` where a name stands in no package list, which may just be old. */
export function wishes(state: AptState, given: AptParams): { wanted: readonly Wish[]; unknown: boolean } {
  const wanted = state.specs.filter((spec) => isWanted(spec, state, given));
  const unknown = wanted.some(
    ({ name }) => !state.packages.candidates.has(name) && !state.packages.installed.has(name),
  );
  const files = given.deb !== undefined && state.deb ? [wishFile(given.deb, state.deb)] : [];
  return { wanted: [...wanted.map((spec) => wish(spec, state, given)), ...files.flat()], unknown };
}

/** Names of the packages that shall go and are there. */
export function removals({ packages, specs }: AptState, given: AptParams): readonly string[] {
  return specs
    .map((spec) => spec.name)
    .filter((name) => packages.installed.has(name) || (given.purge && packages.leftovers.has(name)));
}

function isWanted({ name, version }: PackageSpec, { packages, stale }: AptState, given: AptParams): boolean {
  const installed = packages.installed.get(name);
  if (installed === undefined) {
    if (given.only_upgrade) return false;
    // Only what is purely virtual counts as present by its provider: else the real package is meant.
    const isVirtual = (packages.candidates.get(name) ?? '') === '';
    return version !== undefined || !isVirtual || !packages.provided.has(name);
  }
  if (version !== undefined) return !versionMatches(installed, version);
  if (given.state !== 'latest') return false;
  const candidate = packages.candidates.get(name) ?? '';
  // What is newest is not known before the lists are fresh.
  return stale || (candidate !== '' && candidate !== installed);
}

function wish({ name, version }: PackageSpec, { packages, stale }: AptState, given: AptParams): Wish {
  const installed = packages.installed.get(name);
  const newest = stale && given.state === 'latest' && version === undefined;
  const known = packages.candidates.get(name) ?? '';
  const target = version ?? (newest ? '(the newest)' : stale ? '' : known);
  const shown = target === '' ? name : `${name} ${target}`;
  return {
    word: version === undefined ? name : `${name}=${version}`,
    summary: installed === undefined ? shown : `${shown} (now ${installed})`,
    before: `${name} ${installed ?? '(not installed)'}`,
    after: target === '' ? `${name} (installed)` : shown,
  };
}

function wishFile(path: string, deb: { name: string; version: string; installed: string }): readonly Wish[] {
  if (deb.version === deb.installed) return [];
  const { name, version, installed } = deb;
  const before = `${name} ${installed === '' ? '(not installed)' : installed}`;
  return [{ word: path, summary: `${name} ${version} from ${path}`, before, after: `${name} ${version}` }];
}
