import { defineConfig, mergeConfig } from 'vitest/config';
import all from './vitest.config.ts';

/**
 * `npm test -- --fast`: the tests that stand beside their source, without those of rooms that encode (image, video) start
 * programs (local, the cli's bootstrap and start) or count in a database (bench/prove/count). They need no Postgres, no Redis, no ffmpeg and no build, and end within a minute.
 */
export default mergeConfig(
  { ...all, test: { ...all.test, globalSetup: [] } },
  defineConfig({
    test: {
      exclude: [
        'tests/**',
        'libs/{image,video,local}/**',
        'apps/cli/{bootstrap,src/start}/**',
        'bench/prove/count/**',
      ],
      testTimeout: 60_000,
    },
  }),
);
