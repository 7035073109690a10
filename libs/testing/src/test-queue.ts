import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/** The queue backends, on each of which everything with a queue is tested. */
export const queueKinds = ['postgres', 'redis'] as const;
export type QueueKind = (typeof queueKinds)[number];

export interface TestQueue {
  url: string;
  /** Separates the tests that share one Redis. */
  prefix: string;
}

/** A separate queue: in the test's own database, or with its own prefix in the shared Redis. */
export function testQueue(kind: QueueKind, testDatabaseUrl: string): TestQueue {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  return kind === 'postgres'
    ? { url: testDatabaseUrl, prefix }
    : { url: inject('services').redisUrl, prefix };
}
