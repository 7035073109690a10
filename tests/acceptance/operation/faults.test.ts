import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { freePort } from '#local';
import {
  eventually,
  ossClient,
  ownPostgres,
  ownRedis,
  queueKinds,
  startApp,
  startCollector,
  startStack,
} from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode, png, video } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

const run = promisify(execFile);
/** The sweep in a hurry: it looks every half second at what is a second old. */
const hurried = { WORKER_SWEEP_INTERVAL_MS: '500', WORKER_SWEEP_AFTER_MS: '1000' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-faults-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The processes of ffmpeg whose command line names this folder. */
async function encoders(scratch: string): Promise<number> {
  const { stdout } = await run('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => /ffmpeg/.test(line) && line.includes(scratch)).length;
}

describe.each(queueKinds)('no upload is lost with the queue on %s', (queue) => {
  test('kill -9 of the worker in the middle of a transcode: another run finishes it, no rendition twice, nothing left behind', async () => {
    await using collector = await startCollector();
    await using stack = await startStack(queue, { ...hurried, ...collector.env });
    const scratch = stack.env['MEDIA_SCRATCH_DIR'] ?? '';
    const id = await putObject(stack, 'long.mp4', await video(folder, { seconds: 10, size: '1280x720' }));
    await eventually(async () => ((await encoders(scratch)) > 0 ? true : undefined));
    await stack.worker.end('SIGKILL');
    await stack.startWorker();
    const upload = await stack.waitFor(id, 'ready', 'failed');
    expect(upload).toMatchObject({ status: 'ready', error: null });
    const stream = upload.renditions.find((rendition) => rendition.name === 'stream');
    const master = await (await fetch(stream?.url ?? '')).text();
    for (const rung of master.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
      expect((await decode(new URL(rung, stream?.url ?? '').href)).frames).toBe(250);
    }
    const { objects } = await ossClient(stack).listV2(
      { prefix: `renditions/${id}/`, 'max-keys': '1000' },
      {},
    );
    const names = objects.map((object) => object.name);
    expect(names.filter((name) => name.includes('/download-'))).toHaveLength(1);
    expect(names.filter((name) => name.endsWith('/master.m3u8'))).toHaveLength(1);
    await eventually(async () => ((await encoders(scratch)) === 0 ? true : undefined));
    await eventually(async () => ((await readdir(scratch)).length === 1 ? true : undefined));
    // The span of the run that was killed is lost with its worker; the trace goes on.
    const callback = await collector.find(({ name }) => name === 'callback');
    const next = await collector.find(({ name, facts }) => {
      return name === 'upload.transcode' && facts['landfall.job.run'] === 2;
    });
    expect(next.traceId).toBe(callback.traceId);
  });

  test.each(['the other still works on it', 'the other has published it'])(
    'a worker that stood still for longer than its lock, and goes on while %s, breaks nothing',
    async (when) => {
      await using stack = await startStack(queue, hurried);
      const still = stack.worker;
      const scratch = stack.env['MEDIA_SCRATCH_DIR'] ?? '';
      const id = await putObject(stack, 'long.mp4', await video(folder, { seconds: 10, size: '1280x720' }));
      await eventually(async () => ((await encoders(scratch)) > 0 ? true : undefined));
      process.kill(still.pid, 'SIGSTOP');
      try {
        const other = await stack.startWorker();
        await eventually(() => (other.output().includes('took jobs back') ? true : undefined));
        if (when === 'the other has published it') await stack.waitFor(id, 'ready', 'failed');
      } finally {
        process.kill(still.pid, 'SIGCONT');
      }
      await eventually(() =>
        /job lost|stopped: the work is no longer wanted/.test(still.output()) ? true : undefined,
      );
      expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready', error: null });
      await eventually(async () => ((await encoders(scratch)) === 0 ? true : undefined));
      const client = new Client({ connectionString: stack.databaseUrl });
      await client.connect();
      const runs = async () =>
        (await client.query<{ runs: number }>('SELECT runs FROM uploads WHERE id = $1', [id])).rows[0]?.runs;
      // Nobody died.
      await eventually(async () => ((await runs()) === 0 ? true : undefined));
      const { rows: twice } = await client.query(
        `SELECT name FROM rendition_versions WHERE upload_id = $1 AND status <> 'retired'
         GROUP BY name HAVING count(*) > 1 OR min(status) <> 'ready'`,
        [id],
      );
      await client.end();
      expect(twice).toEqual([]);
      const stream = (await stack.waitFor(id, 'ready')).renditions.find(({ name }) => name === 'stream');
      expect((await decode(stream?.url ?? '')).frames).toBe(250);
    },
  );

  test('SIGTERM hands a transcode back at once, and another worker finishes it', async () => {
    await using stack = await startStack(queue, { ...hurried, WORKER_SHUTDOWN_GRACE_MS: '100' });
    const scratch = stack.env['MEDIA_SCRATCH_DIR'] ?? '';
    const id = await putObject(stack, 'long.mp4', await video(folder, { seconds: 10, size: '1280x720' }));
    await eventually(async () => ((await encoders(scratch)) > 0 ? true : undefined));
    expect(await stack.worker.end('SIGTERM')).toBe(0);
    expect(await encoders(scratch)).toBe(0);
    await stack.startWorker();
    expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready' });
  });
});

test('Postgres is the truth: uploads whose jobs a flushed Redis forgot end ready, long before the sweep would look at them', async () => {
  await using redis = await ownRedis();
  await using stack = await startStack('redis', {
    WORKER_SWEEP_INTERVAL_MS: '500',
    WORKER_SWEEP_AFTER_MS: '3600000',
    QUEUE_URL: redis.url,
  });
  const client = new Redis(redis.url);
  const tile = await png(64, 64);
  const ids: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    ids.push(await putObject(stack, `flushed/${round}.png`, tile));
    await client.flushall();
  }
  await client.quit();
  for (const id of ids) expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready' });
});

test('Redis gone and back: what was accepted before, during and after ends ready, and nothing needs a restart', async () => {
  await using redis = await ownRedis();
  await using stack = await startStack('redis', { ...hurried, QUEUE_URL: redis.url });
  const tile = await png(64, 64);
  const ids = [await putObject(stack, 'before.png', tile)];
  await redis.stop();
  ids.push(await putObject(stack, 'during.png', tile));
  await redis.start();
  ids.push(await putObject(stack, 'after.png', tile));
  for (const id of ids) expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready' });
});

test.each(queueKinds)(
  'Postgres gone and back with the queue on %s: a fast refusal meanwhile, and all that was accepted ends ready',
  async (queue) => {
    await using postgres = await ownPostgres();
    await using stack = await startStack(queue, {
      ...hurried,
      DATABASE_URL: postgres.url,
      ...(queue === 'postgres' ? { QUEUE_URL: postgres.url } : {}),
    });
    const tile = await png(64, 64);
    const ids = [await putObject(stack, 'before-1.png', tile), await putObject(stack, 'before-2.png', tile)];
    await postgres.stop();
    // OSS tells the uploader that the callback failed; the object stays.
    await expect(putObject(stack, 'during.png', tile)).rejects.toMatchObject({
      code: 'CallbackFailed',
      status: 203,
    });
    expect((await fetch(`${stack.api.url}/health/ready`)).status).toBe(503);
    // What is started meanwhile waits, and says what for.
    const port = String(await freePort());
    const lateWorker = stack.startWorker();
    const lateApi = startApp('api', { ...stack.env, API_PORT: port });
    const headers = { authorization: `Bearer ${stack.env['API_KEYS']}` };
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
    await eventually(async () => (await ask('/health/live').catch(() => undefined))?.ok || undefined);
    for (const path of ['/health/ready', '/v1/uploads']) {
      const refused = await ask(path);
      expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'database.unavailable' }]);
    }
    await postgres.start();
    await lateWorker;
    const late = await lateApi;
    expect((await ask('/v1/uploads')).status).toBe(200);
    await late.end();
    await eventually(async () =>
      (await fetch(`${stack.api.url}/health/ready`)).status === 200 ? true : undefined,
    );
    ids.push(await putObject(stack, 'during.png', tile), await putObject(stack, 'after.png', tile));
    for (const id of ids)
      expect(await stack.waitFor(id, 'ready', 'failed')).toMatchObject({ status: 'ready' });
  },
);
