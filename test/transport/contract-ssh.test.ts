import { afterAll, beforeAll } from 'vitest';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { describeTransport } from './contract.ts';
import { SHELLS, shellPath } from './shells.ts';
import { startSshd, type Sshd } from './sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

for (const shell of SHELLS)
  describeTransport(`ssh, ${shell}`, () =>
    Promise.resolve(createSshTransport({ ...sshd.options(), shell: shellPath(shell) })),
  );
