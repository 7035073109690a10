/**
 * testing: the one test harness: a Postgres and a Redis for the whole run, a migrated database for
 * each test file, and for black-box tests the built emulator, api and worker as processes.
 *
 * Cost of fixtures: `testDatabase()` about 50 ms, `startStack()` about 3 s, so use one per file, not
 * per test. Also exports what black-box tests need from other rooms: the type of a response, a
 * signature like OSS's. Does not belong here: fixtures of one room; they are next to its tests.
 */
export { signCallback } from '#oss';
export type { UploadView } from '#uploads';
export { type AppProcess, startApp } from './app-process.js';
export { type Collector, startCollector } from './collector.js';
export { eventually } from './eventually.js';
export { readMetricsPage } from './metrics-page.js';
export { ossClient } from './oss-client.js';
export { ownPostgres, ownRedis, type OwnService, ownStandby } from './own-services.js';
export { ownCluster, ownSentinels, type OwnRedisServers, type TlsFiles } from './own-redis.js';
export { postForm } from './post-form.js';
export { type Stack, startStack, testBucket } from './stack.js';
export { startStandInStore } from './stand-in-store.js';
export { createTestDatabase, dropTestDatabase, testDatabase, type TestDatabase } from './test-database.js';
export { type QueueKind, queueKinds, type TestQueue, testQueue } from './test-queue.js';
