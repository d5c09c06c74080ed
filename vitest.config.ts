import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/sequencer.ts';

// Real hosts and real daemons are behind many tests: a slow machine is no failure.
const patience = { testTimeout: 900_000, hookTimeout: 900_000 };

export default defineConfig({
  test: {
    globalSetup: 'test/packages.ts',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/rehearsal/**'],
          ...patience,
        },
      },
      {
        test: {
          name: 'rehearsal',
          include: ['test/rehearsal/**/*.test.ts'],
          // Each suite boots hosts of its own, in a folder of its own. More at once than this machine bears only wait.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...patience,
        },
      },
    ],
  },
});
