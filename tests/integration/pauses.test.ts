import { developmentSecrets, newId } from '#runtime';
import { pauseQueue, resumeQueue } from '#queues';
import { type AppProcess, eventually, startApp, testDatabase, type TestDatabase } from '#testing';
import type { Queues, Workers } from '#queues';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

describe('queues that are paused, and the workers', () => {
  let database: TestDatabase;
  let api: AppProcess;
  beforeAll(async () => {
    database = await testDatabase();
    api = await startApp('api', apiEnv(database.url));
    return async () => {
      await api.end();
      await database[Symbol.asyncDispose]();
    };
  });
  beforeEach(() => database.source.query('TRUNCATE uploads, paused_queues, worker_reports CASCADE'));

  const ask = async <Body>(method: string, path: string) => {
    const headers = { authorization: `Bearer ${developmentSecrets.apiKey}` };
    const answer = await fetch(`${api.url}/v1${path}`, { method, headers });
    return { status: answer.status, body: (await answer.json()) as Body & { code?: string } };
  };
  const figures = (holds: (queues: Queues['queues']) => boolean) =>
    eventually(async () => {
      const { body } = await ask<Queues>('GET', '/queues');
      return holds(body.queues) ? body.queues : undefined;
    });
  const land = async (count: number) => {
    const ids = Array.from({ length: count }, () => newId());
    await database.source.query(
      `INSERT INTO uploads (id, bucket, object_key, etag, status, source, proof, sweep_at, created_at, updated_at)
       SELECT id, 'b', id::text, id::text, 'stored', 'callback', 'url', now(), now() - interval '1 minute', now()
       FROM unnest($1::uuid[]) AS t (id)`,
      [ids],
    );
    return ids;
  };
  const report = (running: string[], since: Date[]) =>
    database.source.query(
      `INSERT INTO worker_reports (id, queues, running, delayed, queue_reachable, running_since, slots, cores, seen_at)
       VALUES ($1, '{thumbnail,delivery}', $2, '{}', true, $3, '{"thumbnail": 2}', 2, now())`,
      [newId(), running, since],
    );

  test('a paused queue says since when, and asks for no more workers than are at work', async () => {
    const [active = ''] = await land(3);
    await report([`upload.process.${active}`], [new Date()]);
    const before = await figures(({ thumbnail }) => thumbnail.waiting === 2);
    expect(before.thumbnail).toMatchObject({ pausedAt: null, backlog: 3, active: 1 });
    const paused = await ask<{ pausedAt: string }>('POST', '/queues/thumbnail/pause');
    expect(paused).toMatchObject({ status: 200, body: { queue: 'thumbnail', pausedAt: expect.any(String) } });
    const { thumbnail, transcode } = await figures((queues) => queues.thumbnail.pausedAt !== null);
    expect(thumbnail).toMatchObject({ waiting: 2, active: 1, backlog: 1, pausedAt: paused.body.pausedAt });
    expect(thumbnail.jobs['upload.process']).toMatchObject({ waiting: 2, backlog: 1 });
    expect(thumbnail.oldestWaitingSeconds).toBeGreaterThanOrEqual(60);
    expect(transcode.pausedAt).toBeNull();
    const metrics = await eventually(async () => {
      const text = await (await fetch(`${api.managementUrl}/metrics`)).text();
      return text.includes('landfall_queue_paused{queue="thumbnail"} 1') ? text : undefined;
    });
    expect(metrics).toContain('landfall_queue_backlog_jobs{queue="thumbnail"} 1\n');
    expect(metrics).toContain('landfall_queue_oldest_waiting_seconds{queue="thumbnail"} 0\n');
    const again = await ask<{ pausedAt: string }>('POST', '/queues/thumbnail/pause');
    expect(again.body.pausedAt).toBe(paused.body.pausedAt);
    expect(await ask('POST', '/queues/thumbnail/resume')).toMatchObject({
      status: 200,
      body: { queue: 'thumbnail', pausedAt: null },
    });
    await figures((queues) => queues.thumbnail.pausedAt === null && queues.thumbnail.backlog === 3);
  });

  test('resuming what runs changes nothing', async () => {
    expect((await ask('POST', '/queues/delivery/resume')).status).toBe(200);
    await pauseQueue(database.source, 'transcode');
    await resumeQueue(database.source, 'delivery');
    await figures(({ transcode }) => transcode.pausedAt !== null);
  });

  test('an event that is in no order yet needs a worker, also while deliveries are paused', async () => {
    await pauseQueue(database.source, 'delivery');
    await database.source.query(`INSERT INTO events (id, type, data) VALUES ($1, 'upload.stored', '{}')`, [
      newId(),
    ]);
    const { delivery } = await figures((queues) => queues.delivery.pausedAt !== null);
    expect(delivery.backlog).toBe(1);
  });

  test.each(['nothing', 'upload.process', '%2e%2e'])('a queue named %s is refused', async (name) => {
    const { status, body } = await ask('POST', `/queues/${name}/pause`);
    expect([400, 404]).toContain(status);
    expect(body.code).toMatch(/^request\./);
    expect(await database.source.query('SELECT FROM paused_queues')).toEqual([]);
  });

  test('workers are told with what they do and since when; one that is silent is not', async () => {
    const [id = ''] = await land(1);
    await report([`upload.process.${id}`, 'of.another'], [new Date('2026-01-01T00:00:00Z')]);
    await database.source.query(
      `INSERT INTO worker_reports (id, queues, running, delayed, queue_reachable, seen_at)
       VALUES ($1, '{transcode}', $3, '{a,b}', false, now() - interval '10 seconds'),
              ($2, '{transcode}', '{}', '{}', true, now() - interval '20 seconds')`,
      [newId(), newId(), [`upload.chunk.${id}.${newId()}.3`]],
    );
    const { status, body } = await ask<Workers>('GET', '/workers');
    expect(status).toBe(200);
    expect(body.workers).toMatchObject([
      {
        queues: ['thumbnail', 'delivery'],
        slots: { thumbnail: 2 },
        cores: 2,
        running: [{ job: 'upload.process', uploadId: id, since: '2026-01-01T00:00:00.000Z' }],
        delayed: 0,
        queueReachable: true,
      },
      {
        queues: ['transcode'],
        slots: {},
        cores: null,
        running: [{ job: 'upload.chunk', uploadId: id, since: null }],
        delayed: 2,
        queueReachable: false,
      },
    ]);
  });
});
