/**
 * testing: the one test harness: a Postgres and a Redis for the whole run, a migrated database for each test file,
 * and for black-box tests the built emulator, api and worker as processes.
 *
 * Fixture → price: `testDatabase()` about 50 ms, `startStack()` about 3 s: one for a file, not for a test.
 * Does not belong here: fixtures of one room; they stand beside its tests.
 */
export * from './test-database.js';
export * from './test-queue.js';
export * from './stack.js';
export * from './app-process.js';
export * from './eventually.js';
export * from './oss-client.js';
export * from './own-services.js';
export * from './post-form.js';
export * from './stand-in-store.js';
