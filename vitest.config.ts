import { defineConfig } from 'vitest/config';

/** Slow enough for a cold function on a busy laptop; a test that waits longer than this waits for nothing. */
const PATIENCE = { testTimeout: 60_000, hookTimeout: 120_000 };

/** Projects whose tests need the emulator or the search engine, file after file. */
const WITH_SERVICES = ['table', 'search', 'e2e', 'local'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    setupFiles: ['test/support/quiet.ts'],
    // `npm test` measures it, over all projects together: what the deployed functions do is counted by the tests that call
    // their handlers. Nothing of `functions/` is left out.
    coverage: {
      provider: 'v8',
      include: ['functions/**/*.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 90, branches: 90, functions: 90, statements: 90 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Whatever needs no services, in whatever folder: no test may fall between the projects.
          include: ['test/**/*.test.ts'],
          exclude: WITH_SERVICES.map((name) => `test/${name}/**`),
          ...PATIENCE,
        },
      },
      ...WITH_SERVICES.map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], fileParallelism: false, ...PATIENCE },
      })),
    ],
  },
});
