import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real hosts and real daemons are behind many tests: a slow machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 600_000,
  },
});
