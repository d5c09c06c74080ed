import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Before the first test: what the tests need of this machine. Where it cannot be had, some of them fail or are skipped;
 * with CI=true nothing is begun.
 */
export function setup(): void {
  const script = fileURLToPath(new URL('../scripts/test-packages.sh', import.meta.url));
  const { status } = spawnSync('sh', [script], { stdio: 'inherit' });
  if (status !== 0 && process.env['CI'] === 'true')
    throw new Error('with CI=true everything that the tests need is a must');
}
