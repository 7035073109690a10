import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  imports: Record<string, { source: string }>;
};

const tests = '{apps,clients,examples,libs,migrations,tests,bench}/**/*.test.ts';
/** Tests that need Postgres, Redis, ffmpeg or a build: all in tests/, and those of rooms that encode, start programs or use a database. */
const needServices = [
  'tests/**/*.test.ts',
  'libs/{image,jobs,local,video}/**/*.test.ts',
  'apps/cli/{bootstrap,src/start}/**/*.test.ts',
  'apps/worker/src/events/**/*.test.ts',
  'bench/prove/count/**/*.test.ts',
];

/** Begins with the files that start whole stacks: one of them left for the end would run alone, for minutes. */
class StacksFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isStack = ({ moduleId }: TestSpecification) => moduleId.includes('/tests/acceptance/');
    return [...sorted.filter(isStack), ...sorted.filter((file) => !isStack(file))];
  }
}

/** What all runs of tests share. */
export const common = {
  // The entries of the rooms (package.json "imports"), resolved to their source and not to dist.
  resolve: {
    alias: Object.entries(imports).map(([entry, { source }]) => ({
      find: new RegExp(`^${entry}$`),
      replacement: new URL(source, import.meta.url).pathname,
    })),
  },
  test: {
    setupFiles: ['libs/testing/src/errors-of-all-rooms.fixture.ts'],
    pool: 'forks' as const,
    // The slowest files mostly wait (for locks to expire, for services that are away): more files at once than cores.
    maxWorkers: 3,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    sequence: { sequencer: StacksFirst },
    reporters: ['default', './libs/testing/src/closing-line.ts'],
  },
};
export const globalSetup = ['libs/testing/src/global-setup.ts'];

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    projects: [
      {
        extends: true,
        test: {
          name: 'services',
          include: needServices,
          // They need other languages (vitest.sdks.config.ts) or an engine of containers (vitest.containers.config.ts).
          exclude: ['tests/sdks/**', 'tests/contract/**', 'tests/containers/**'],
          globalSetup,
        },
      },
      {
        extends: true,
        // `npm test -- --fast`. Their files share processes: most of their time would be the start of a process for each.
        test: { name: 'fast', include: [tests], exclude: needServices, isolate: false, testTimeout: 60_000 },
      },
    ],
  },
});
