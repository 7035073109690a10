import { defineConfig } from 'vitest/config';
import all from './vitest.config.ts';

/** `npm run check:containers`: builds the images and runs docker-compose.yml, where Docker or podman is found. */
export default defineConfig({
  ...all,
  test: {
    ...all.test,
    include: ['tests/containers/**/*.test.ts'],
    exclude: [],
    globalSetup: [],
    setupFiles: [],
    // Names what is skipped, and why.
    reporters: ['verbose', './libs/testing/src/closing-line.ts'],
    testTimeout: 600_000,
  },
});
