/**
 * How the tests run. ALT_TEST_LEVEL (`full` for the long properties) reaches them as it is set.
 *
 * Forks, not threads: native packages keep state per process. Two workers: some tests measure
 * time, and more of them at once would measure each other.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const TIMEOUT_MS = 60_000;

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    watch: false,
  },
});
