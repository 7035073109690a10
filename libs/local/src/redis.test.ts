import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort, isRunning, startRedis, type LocalRedis } from '#local';

let dataDir: string;
let port: number;
const started: LocalRedis[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'landfall-redis-'));
  port = await freePort();
});

afterEach(async () => {
  for (const redis of started.splice(0)) await redis.stop();
  await rm(dataDir, { recursive: true });
});

async function start() {
  const redis = await startRedis({ dataDir, port });
  started.push(redis);
  return redis;
}

async function withClient<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

describe('startRedis', () => {
  test('never evicts, and has what it was told after it was killed', async () => {
    const first = await start();
    await withClient(first.url, async (client) => {
      expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
      await client.config('SET', 'appendfsync', 'always');
      await client.set('kept', 'yes');
    });
    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    const second = await start();
    expect(await withClient(second.url, (client) => client.get('kept'))).toBe('yes');
  });

  test('leaves nothing running', async () => {
    const redis = await start();
    await redis.stop();
    expect(await isRunning(redis.pid)).toBe(false);
    await redis.stop();
  });

  test('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(start()).rejects.toMatchObject({ code: 'local.port_busy' });
    await new Promise((resolve) => server.close(resolve));
  });

  test('passes on what Redis says when it does not start', async () => {
    await mkdir(join(dataDir, 'appendonlydir'));
    await writeFile(join(dataDir, 'appendonlydir', 'appendonly.aof.manifest'), 'not a manifest');
    await expect(start()).rejects.toMatchObject({
      code: 'local.redis_failed',
      message: expect.stringContaining('manifest'),
    });
  });
});
