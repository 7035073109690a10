import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '#runtime';
import { UploadRegistry } from '#uploads';
import { Redis } from 'ioredis';
import { landing } from '../callbacks/landing.js';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { connectTo, openPostgres, openRedis } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import type { MeasuredCosts } from './measured-costs.js';

const jobs = 10_000;
const settings = { batchMax: 256, waitingMax: jobs, commitTimeoutMs: 60_000, sweepAfterMs: 600_000 };

/** Redis memory per waiting job; a worker that processes none of them relays them there. */
export async function measureQueueCosts({ signal }: BenchmarkOptions): Promise<MeasuredCosts> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres());
  const { url } = stack.use(await openRedis());
  const landfall = await openStack(stack, postgres);
  await landfall.startWorker({ QUEUE_URL: url, WORKER_QUEUES: 'delivery' });
  const { client } = stack.use(await connectTo(landfall.databaseUrl));
  const redis = new Redis(url);
  stack.defer(() => void redis.disconnect());
  const readBytes = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  const registry = new UploadRegistry(client, settings, createLogger('bench', 'silent'));
  stack.defer(() => registry.close());
  const queueMany = async (from: number, count: number) => {
    await Promise.all(Array.from({ length: count }, (_, index) => registry.register(landing(from + index))));
    for (let left = count; left > 0; await pause(50)) {
      signal.throwIfAborted();
      const { rows } = await client.query<{ left: number }>('SELECT count(*)::int AS left FROM outbox');
      left = rows[0]?.left ?? 0;
    }
  };
  await queueMany(0, 100);
  const before = await readBytes();
  await queueMany(100, jobs - 100);
  return { redisJob: ((await readBytes()) - before) / (jobs - 100) };
}
