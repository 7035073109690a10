import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  imports: Record<string, { source: string }>;
};

export default defineConfig({
  // The entries of the rooms (package.json "imports"), resolved to their source and not to dist.
  resolve: {
    alias: Object.entries(imports).map(([entry, { source }]) => ({
      find: new RegExp(`^${entry}$`),
      replacement: new URL(source, import.meta.url).pathname,
    })),
  },
  test: {
    setupFiles: ['libs/testing/src/errors-of-all-rooms.fixture.ts'],
    include: ['{apps,clients,examples,libs,migrations,tests,bench}/**/*.test.ts'],
    // They need other languages (vitest.sdks.config.ts) or an engine of containers (vitest.containers.config.ts).
    exclude: ['tests/sdks/**', 'tests/contract/**', 'tests/containers/**'],
    globalSetup: ['libs/testing/src/global-setup.ts'],
    reporters: ['default', './libs/testing/src/closing-line.ts'],
    pool: 'forks',
    // The slowest files mostly wait (for locks to expire, for services that are away): more files at once than cores.
    maxWorkers: 3,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
