import { createLocalTransport } from '../../src/transport/local.ts';
import { describeTransport } from './contract.ts';
import { SHELLS, shellPath } from './shells.ts';

for (const shell of SHELLS)
  describeTransport(`local, ${shell}`, () =>
    Promise.resolve(createLocalTransport({ name: 'here', shell: shellPath(shell) })),
  );
