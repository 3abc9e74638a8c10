import { defineConfig } from 'vitest/config';

/** Four rings, slowest last; only the rings that need a database start one. */
export default defineConfig({
  // The client's sources instead of its build, as in tsconfig.json.
  ssr: { resolve: { conditions: ['source', 'module', 'node', 'development|production'] } },
  test: {
    pool: 'forks',
    // Loading the service costs more than most files take; what a file starts it ends itself.
    isolate: false,
    // Tests wait more than they work.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['{src,simulators,bench,demo}/**/*.spec.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.contract-spec.ts'],
          globalSetup: ['test/setup/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.int-spec.ts'],
          globalSetup: ['test/setup/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e-spec.ts'],
          globalSetup: ['test/setup/build.ts', 'test/setup/global-setup.ts'],
        },
      },
    ],
  },
});
