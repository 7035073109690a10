import { ownPostgres, ownRedis, queueKinds, startStack } from '#testing';
import { expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

// A process that has to be killed after its grace ends with another code.
test.each(queueKinds)(
  'with the queue on %s, api and worker end in order when everything that they need is gone',
  async (queue) => {
    await using postgres = await ownPostgres();
    await using redis = await ownRedis();
    await using stack = await startStack(queue, {
      DATABASE_URL: postgres.url,
      QUEUE_URL: queue === 'postgres' ? postgres.url : redis.url,
    });
    const id = await putObject(stack, 'before.png', await png(64, 64));
    await stack.waitFor(id, 'ready');
    await Promise.all([postgres.stop(), redis.stop()]);
    expect(await Promise.all([stack.worker.end(), stack.api.end()])).toEqual([0, 0]);
    expect(stack.worker.output()).not.toContain('Unhandled');
  },
);
