import { defineConfig } from 'vitest/config';
import { common, globalSetup } from './vitest.config.ts';

/**
 * `npm run test:sdks`: real SDKs of OSS, each in its own language, against the emulator and the api. And schemathesis against
 * the api. They need the languages' runtimes and registries, so `npm test` leaves them out.
 */
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['tests/{sdks,contract}/**/*.test.ts'],
    globalSetup,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
  },
});
