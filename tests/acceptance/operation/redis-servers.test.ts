import { eventually, type OwnRedisServers, ownCluster, ownSentinels, startStack } from '#testing';
import { expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

/** The sweep comes soon when it is asked to, and by itself only after the test: what is lost must be noticed. */
const env = { WORKER_SWEEP_INTERVAL_MS: '500', WORKER_SWEEP_AFTER_MS: '600000', QUEUE_PREFIX: 'servers' };

test.each<[string, () => Promise<OwnRedisServers>, string]>([
  ['Sentinels name another primary', ownSentinels, 'servers:thumbnail:wait'],
  ['a node of a cluster takes over', ownCluster, '{servers-thumbnail}:thumbnail:wait'],
])('no upload is lost when the Redis with its jobs is killed and %s', async (_, open, key) => {
  await using redis = await open();
  await using stack = await startStack('redis', { ...env, ...redis.env });
  const picture = await png(320, 240);
  const ids: string[] = [];
  const uploading = (async () => {
    for (let n = 0; n < 40; n += 1) ids.push(await putObject(stack, `${n}.png`, picture));
  })();
  await eventually(() => (ids.length >= 10 ? true : undefined));
  await redis.failOver(key);
  await uploading;
  const last = await putObject(stack, 'last.png', picture);
  for (const id of [...ids, last]) expect((await stack.waitFor(id, 'ready', 'failed')).status).toBe('ready');
  // Once for queues that are new, and again for those of another server.
  const noticed = () => stack.worker.output().split('are on another server').length - 1;
  await eventually(() => (noticed() >= 2 ? true : undefined));
});
