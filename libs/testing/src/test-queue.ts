import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/** What everything with a queue is tested on. */
export const queueKinds = ['postgres', 'redis'] as const;
export type QueueKind = (typeof queueKinds)[number];

export interface TestQueue {
  url: string;
  /** Keeps the tests that share one Redis apart. */
  prefix: string;
}

/** A queue of its own: in the test's own database, or under a prefix of its own in the shared Redis. */
export function testQueue(kind: QueueKind, testDatabaseUrl: string): TestQueue {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  return kind === 'postgres'
    ? { url: testDatabaseUrl, prefix }
    : { url: inject('services').redisUrl, prefix };
}
