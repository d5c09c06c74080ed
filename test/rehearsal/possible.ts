import { missingForRehearsal } from '../../src/rehearsal/index.ts';

/**
 * Whether real hosts can be booted here. Where they cannot, the reason is said aloud, and the suite may be left out;
 * with CI=true that is a failure.
 */
export async function canRehearse(suite: string): Promise<boolean> {
  const missing = await missingForRehearsal();
  if (missing.length === 0) return true;
  const reason = missing.map(({ what, install }) => `${what} (${install})`).join(', ');
  if (process.env['CI'] === 'true') throw new Error(`with CI=true real hosts are a must; missing: ${reason}`);
  console.error(`SKIPPED on this machine: ${suite}. It lacks ${reason}.`);
  return false;
}
