import { defineConfig } from 'vitest/config';

/** Slow enough for a cold function on a busy laptop; a test that waits longer than this waits for nothing. */
const PATIENCE = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'test/*.test.ts',
            'test/{domain,contract,runtime,log,delivery,realtime,api,stream,media,infra,docs}/**/*.test.ts',
          ],
          ...PATIENCE,
        },
      },
      ...['table', 'search', 'e2e', 'local'].map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], fileParallelism: false, ...PATIENCE },
      })),
    ],
  },
});
