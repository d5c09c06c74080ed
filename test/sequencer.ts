import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Suites of minutes, the longest first, by the seconds that they took: begun last they would run alone. */
const long = ['house', 'house-wireguard', 'services', 'backup', 'vpn', 'wireguard', 'site'].map(
  (name) => `${name}.test.ts`,
);

/** A fresh checkout remembers no durations, and the size of a file says little about them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const place = project.name === 'rehearsal' ? long.indexOf(basename(moduleId)) : -1;
  return place === -1 ? long.length : place;
}
