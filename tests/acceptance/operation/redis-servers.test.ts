import {
  eventually,
  type OwnRedisServers,
  ownCluster,
  ownSentinels,
  startStack,
  type TlsFiles,
} from '#testing';
import { expect, test } from 'vitest';
import { hasOpenssl, openAuthority } from '../fixtures/authority.fixture.js';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

/** The sweep comes soon when it is asked to, and by itself only after the test: what is lost must be noticed. */
const env = { WORKER_SWEEP_INTERVAL_MS: '500', WORKER_SWEEP_AFTER_MS: '600000', QUEUE_PREFIX: 'servers' };

const failovers: [string, (tls?: TlsFiles) => Promise<OwnRedisServers>, string][] = [
  ['Sentinels name another primary', ownSentinels, 'servers:thumbnail:wait'],
  ['a node of a cluster takes over', ownCluster, '{servers-thumbnail}:thumbnail:wait'],
];
const promise = 'no upload is lost when the Redis with its jobs is killed and';
const without = hasOpenssl ? '' : ' (skipped: no openssl is installed)';

test.each(failovers)(`${promise} %s`, async (_, open, key) => {
  await using redis = await open();
  expect(await uploadWhileFailingOver(redis, key)).toEqual(['ready']);
});

test.skipIf(!hasOpenssl).each(failovers)(
  `${promise} %s, with TLS and certificates of clients${without}`,
  async (_, open, key) => {
    await using authority = await openAuthority();
    await using redis = await open(authority);
    expect(await uploadWhileFailingOver(redis, key)).toEqual(['ready']);
  },
);

/** Resolves when the worker has noticed the other server. @returns the statuses in which the uploads ended */
async function uploadWhileFailingOver(redis: OwnRedisServers, key: string): Promise<string[]> {
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
  const ended = new Set<string>();
  for (const id of [...ids, last]) ended.add((await stack.waitFor(id, 'ready', 'failed')).status);
  // Once for queues that are new, and again for those of another server.
  const noticed = () => stack.worker.output().split('are on another server').length - 1;
  await eventually(() => (noticed() >= 2 ? true : undefined));
  return [...ended];
}
