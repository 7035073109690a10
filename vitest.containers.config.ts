import { defineConfig } from 'vitest/config';
import { common } from './vitest.config.ts';

/** `npm run check:containers`: builds the images and runs docker-compose.yml, where Docker or podman is found. */
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    include: ['tests/containers/**/*.test.ts'],
    setupFiles: [],
    // Names what is skipped, and why.
    reporters: ['verbose', './libs/testing/src/closing-line.ts'],
    testTimeout: 600_000,
  },
});
