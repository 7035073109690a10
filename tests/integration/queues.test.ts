import { createLogger, developmentSecrets, newId } from '#runtime';
import { queueJobs, outboxRow } from '#outbox';
import { QueueFigures, type Queues, WorkerReporter } from '#queues';
import { type AppProcess, eventually, startApp, testDatabase, type TestDatabase } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

let log = '';
const logger = createLogger('test', 'warn', { destination: { write: (line) => void (log += line) } });
const nothing = { waiting: 0, active: 0, delayed: 0, backlog: 0, oldestWaitingSeconds: null };

describe('the figures of the queues', () => {
  let database: TestDatabase;
  let api: AppProcess;
  beforeAll(async () => {
    database = await testDatabase();
    api = await startApp('api', apiEnv(database.url));
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });
  beforeEach(() =>
    query(`TRUNCATE uploads, rendition_versions, chunks, outbox, events, webhooks, deliveries, worker_reports,
                    job_tallies CASCADE`),
  );

  const query = <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    database.source.query(text, values);
  const ask = async (headers: Record<string, string>, method = 'GET') => {
    const answer = await fetch(`${api.url}/v1/queues`, { headers, method });
    return { status: answer.status, body: (await answer.json()) as Queues & { code?: string } };
  };
  interface Reported {
    running: string[];
    delayed: string[];
    agoS: number;
    reachable: boolean;
  }
  const withKey = { authorization: `Bearer ${developmentSecrets.apiKey}` };
  /** Of a reader that has kept nothing. */
  const read = () => new QueueFigures(database.source).get();

  /** An upload that landed some seconds ago. */
  const land = async (status: string, agoS = 0): Promise<string> => {
    const id = newId();
    await query(
      `INSERT INTO uploads (id, bucket, object_key, etag, status, source, proof, sweep_at, created_at, updated_at)
       VALUES ($1::uuid, 'b', $1::text, $1::text, $2, 'callback', 'url', now(), now() - make_interval(secs => $3), now())`,
      [id, status, agoS],
    );
    return id;
  };
  const plan = async (uploadId: string, job: string, names: string[], status = 'pending') => {
    const ids = names.map(() => newId());
    await query(
      `INSERT INTO rendition_versions (id, upload_id, position, name, kind, job, spec, spec_hash, status)
       SELECT id, $1, 0, name, 'image', $2, '{}', '', $5 FROM unnest($3::uuid[], $4::text[]) AS t (id, name)`,
      [uploadId, job, ids, names, status],
    );
    return ids;
  };
  const cut = async (uploadId: string, versionIds: string[], statuses: string[]) => {
    const planId = newId();
    await query(
      `INSERT INTO chunks (upload_id, plan_id, position, version_ids, work, status)
       SELECT $1, $2, position - 1, $3, '{"weight": 1}', status FROM unnest($4::text[]) WITH ORDINALITY AS t (status, position)`,
      [uploadId, planId, versionIds, statuses],
    );
    return planId;
  };
  const report = (
    queues: string[],
    { running = [], delayed = [], agoS = 0, reachable = true }: Partial<Reported>,
  ) =>
    query(
      `INSERT INTO worker_reports (id, queues, running, delayed, queue_reachable, seen_at)
       VALUES ($1, $2, $3, $4, $6, now() - make_interval(secs => $5))`,
      [newId(), queues, running, delayed, agoS, reachable],
    );

  test('are for whoever has a key', async () => {
    expect(await ask({})).toMatchObject({ status: 401, body: { code: 'auth.key_missing' } });
    expect(await ask({ authorization: 'Bearer wrong' })).toMatchObject({
      status: 401,
      body: { code: 'auth.key_invalid' },
    });
    expect(await ask(withKey, 'POST')).toMatchObject({
      status: 405,
      body: { code: 'request.method_not_allowed' },
    });
  });

  test('say that there is nothing to do, and nobody to do it', async () => {
    const { queues, ...others } = await read();
    expect(Object.keys(queues)).toEqual(['thumbnail', 'transcode', 'delivery']);
    for (const figures of Object.values(queues))
      expect(figures).toMatchObject({ ...nothing, failed: 0, drainedPerMinute: 0, workers: 0 });
    const none = { count: 0, oldestSeconds: null };
    expect(others).toMatchObject({ outbox: none, unplacedEvents: none, queueReachable: null });
  });

  test('count by job what rows say is to be done, whether a queue knows of it or not', async () => {
    await land('stored', 100);
    const fresh = await land('stored');
    // Its job is still in the outbox: that is the same work.
    await database.source.transaction((manager) =>
      queueJobs(manager, [outboxRow('upload.process', { v: 1, uploadId: fresh })]),
    );
    const photo = await land('processing');
    await plan(photo, 'upload.process', ['a', 'b']);
    await plan(photo, 'upload.render', ['c', 'd']);
    const film = await land('processing');
    await plan(film, 'upload.transcode', ['hls', 'mp4']);
    for (const status of ['ready', 'failed', 'ignored', 'deleted'])
      await plan(await land(status), 'upload.process', ['a'], 'ready');
    const { queues, outbox } = await read();
    expect(queues.thumbnail).toMatchObject({ waiting: 4, active: 0, backlog: 4 });
    expect(queues.thumbnail.oldestWaitingSeconds).toBeGreaterThanOrEqual(100);
    expect(queues.thumbnail.jobs).toMatchObject({
      'upload.process': { waiting: 3 },
      'upload.render': { waiting: 1 },
    });
    expect(queues.transcode.jobs).toMatchObject({
      'upload.transcode': { waiting: 1, backlog: 1 },
      'upload.chunk': nothing,
      'upload.join': nothing,
    });
    expect(outbox.count).toBe(1);
  });

  test('of a video that is cut the chunks count, and then what joins them', async () => {
    const film = await land('processing');
    const versions = await plan(film, 'upload.transcode', ['hls', 'mp4']);
    await cut(film, versions, ['ready', 'pending', 'pending']);
    const joined = await land('processing');
    const stream = await plan(joined, 'upload.transcode', ['hls']);
    // What is not made of chunks is made by the job itself.
    await plan(joined, 'upload.transcode', ['sound']);
    await cut(joined, stream, ['ready', 'ready']);
    const { queues } = await read();
    expect(queues.transcode.jobs).toMatchObject({
      'upload.transcode': { waiting: 1 },
      'upload.chunk': { waiting: 2 },
      'upload.join': { waiting: 1 },
    });
    expect(queues.transcode.backlog).toBe(4);
  });

  test('an age is never below zero, also of rows that a clock ahead of the reader wrote', async () => {
    const id = await land('stored', -60);
    await database.source.transaction((manager) =>
      queueJobs(manager, [outboxRow('upload.process', { v: 1, uploadId: id })]),
    );
    await query(`UPDATE outbox SET created_at = now() + interval '1 minute'`);
    await query(
      `INSERT INTO events (id, type, upload_id, created_at, data)
       VALUES ($1, 'upload.stored', $2, now() + interval '1 minute', '{}')`,
      [newId(), id],
    );
    const { queues, outbox, unplacedEvents } = await read();
    expect(queues.thumbnail.oldestWaitingSeconds).toBe(0);
    expect([outbox, unplacedEvents]).toEqual([
      { count: 1, oldestSeconds: 0 },
      { count: 1, oldestSeconds: 0 },
    ]);
  });

  test('an upload that is made again is work again', async () => {
    const id = await land('ready', 5_000);
    await query('UPDATE uploads SET reprocessing_since = now() WHERE id = $1', [id]);
    const { queues } = await read();
    expect(queues.thumbnail.jobs['upload.process']).toMatchObject({ waiting: 1 });
    expect(queues.thumbnail.oldestWaitingSeconds).toBeLessThan(5_000);
  });

  test('workers say what is active and what waits for another try; one that is silent says nothing', async () => {
    const [first, second, third, silent] = await Promise.all([1, 2, 3, 4].map(() => land('stored', 60)));
    const film = await land('processing');
    const planId = await cut(film, await plan(film, 'upload.transcode', ['hls']), ['pending', 'pending']);
    await report(['thumbnail', 'delivery'], {
      running: [`upload.process.${first}`, `upload.process.${second}`],
      delayed: [`upload.process.${third}`, `upload.process.${second}`],
    });
    await report(['transcode'], {
      running: [`upload.chunk.${film}.${planId}.1`],
      agoS: 5,
      reachable: false,
    });
    await report(['thumbnail'], { running: [`upload.process.${silent}`], agoS: 20 });
    const { queues, queueReachable } = await read();
    expect(queues.thumbnail).toMatchObject({ waiting: 1, active: 2, delayed: 1, backlog: 3, workers: 1 });
    expect(queues.transcode).toMatchObject({ waiting: 1, active: 1, delayed: 0, backlog: 2, workers: 1 });
    expect(queues.delivery.workers).toBe(1);
    expect(queueReachable).toBe(false);
  });

  test('what ended is told by the minute, and failures of the last hour', async () => {
    await query(
      `INSERT INTO job_tallies (job, minute, ended, failed)
       SELECT job, date_trunc('minute', now()) - make_interval(mins => ago), ended, failed
       FROM (VALUES ('upload.process', 0, 30, 1), ('upload.process', 1, 60, 2), ('upload.process', 2, 1000, 4),
                    ('upload.render', 1, 6, 0), ('delivery', 59, 5, 5), ('upload.join', 61, 9, 9)) AS t (job, ago, ended, failed)`,
    );
    const { queues } = await read();
    const { thumbnail, transcode, delivery } = queues;
    // 90 in the minute before this one and what there is of this one, which is less than two.
    expect(thumbnail.jobs['upload.process']).toMatchObject({ failed: 7 });
    expect(thumbnail.jobs['upload.process']?.drainedPerMinute).toBeGreaterThanOrEqual(45);
    expect(thumbnail.jobs['upload.process']?.drainedPerMinute).toBeLessThanOrEqual(90);
    expect(thumbnail.drainedPerMinute).toBeGreaterThan(
      thumbnail.jobs['upload.process']?.drainedPerMinute ?? 0,
    );
    expect([transcode.failed, delivery.failed, delivery.drainedPerMinute]).toEqual([0, 5, 0]);
  });

  test('deliveries are due, under way, or put off; what cannot be sent needs no worker', async () => {
    const webhook = async (pausedS: number | null, isDisabled = false) => {
      const id = newId();
      await query(
        `INSERT INTO webhooks (id, url, description, types, secrets, ordered, paused_until, disabled_at, created_at, updated_at)
         VALUES ($1, 'https://example.com', '', '{}', '[]', false, now() + make_interval(secs => $2),
                 CASE WHEN $3 THEN now() END, now(), now())`,
        [id, pausedS, isDisabled],
      );
      return id;
    };
    const deliver = (webhookId: string, state: string, dueInS: number | null, leasedS: number | null) =>
      query(
        `INSERT INTO deliveries (webhook_id, event_id, position, type, ordered, state, next_attempt_at, leased_until, created_at)
         VALUES ($1, $2, 0, 'upload.ready', false, $3, now() + make_interval(secs => $4), now() + make_interval(secs => $5), now())`,
        [webhookId, newId(), state, dueInS, leasedS],
      );
    const [open, paused, disabled] = [await webhook(null), await webhook(3_600), await webhook(null, true)];
    await deliver(open, 'pending', -30, null);
    await deliver(open, 'pending', -40, -10);
    await deliver(open, 'pending', -5, 5);
    await deliver(open, 'pending', 300, null);
    await deliver(open, 'delivered', null, null);
    await deliver(open, 'failed', null, null);
    await deliver(paused, 'pending', -1_000, null);
    await deliver(disabled, 'pending', -1_000, null);
    const { queues } = await read();
    expect(queues.delivery).toMatchObject({ waiting: 2, active: 1, delayed: 2, backlog: 3, jobs: {} });
    expect(Math.round(queues.delivery.oldestWaitingSeconds ?? 0)).toBeGreaterThanOrEqual(40);
    expect(queues.delivery.oldestWaitingSeconds).toBeLessThan(1_000);
  });

  test('an event that no worker has placed waits for delivery', async () => {
    await query(`INSERT INTO events (id, type, data) VALUES ($1, 'upload.stored', '{}')`, [newId()]);
    const { queues, unplacedEvents } = await read();
    expect(queues.delivery).toMatchObject({ waiting: 1, backlog: 1 });
    expect(unplacedEvents.count).toBe(1);
  });

  test('any number of readers cost one reading, and the management port shows the same', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(withKey)));
    const times = new Set(answers.map(({ body }) => body.readAt));
    expect(times.size).toBeLessThanOrEqual(2);
    const shown = await eventually(async () => {
      const answer = await fetch(`${api.managementUrl}/queues`);
      const [queues, { body }] = [(await answer.json()) as Queues, await ask(withKey)];
      return queues.readAt === body.readAt ? { queues, body } : undefined;
    });
    expect(shown.queues).toEqual(shown.body);
  });

  test('whoever asks while counting takes long gets the figures of before', async () => {
    const figures = new QueueFigures(database.source);
    const { readAt } = await figures.get();
    const client = await database.pool.connect();
    await client.query('BEGIN; LOCK TABLE uploads IN ACCESS EXCLUSIVE MODE');
    const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await eventually(async () => {
      void figures.get();
      return (await client.query(waits)).rowCount || undefined;
    });
    expect((await figures.get()).readAt).toBe(readAt);
    await client.query('COMMIT');
    client.release();
    await eventually(async () => (await figures.get()).readAt > readAt || undefined);
  });

  test('metrics have the same figures', async () => {
    await land('stored', 100);
    const text = await eventually(async () => {
      const metrics = await (await fetch(`${api.managementUrl}/metrics`)).text();
      return metrics.includes('landfall_queue_backlog_jobs{queue="thumbnail"} 1') ? metrics : undefined;
    });
    expect(text).toMatch(
      /landfall_queue_jobs\{queue="thumbnail",job_name="upload.process",state="waiting"\} 1\n/,
    );
    expect(text).toMatch(/landfall_queue_oldest_waiting_seconds\{queue="thumbnail"\} 1\d\d/);
    expect(text).toMatch(/landfall_outbox_jobs 0\n/);
  });

  describe('a worker that reports', () => {
    const reporters: WorkerReporter[] = [];
    afterEach(async () => {
      for (const reporter of reporters.splice(0)) await reporter.stop();
    });
    const start = (running: string[], ended: { job: string; ended: number; failed: number }[]) => {
      const takeWork = () => ({
        running: running.map((id) => ({ id, since: new Date() })),
        delayed: [],
        ended: ended.splice(0),
      });
      const reporting = {
        source: database.source,
        queues: ['thumbnail'],
        slots: { thumbnail: 2 },
        cores: 2,
        takeWork,
        checkQueue: async () => {},
        applyPauses: () => {},
      };
      const reporter = new WorkerReporter(reporting, logger);
      reporter.start();
      reporters.push(reporter);
      return reporter;
    };
    const tallies = () => query<{ ended: number }>('SELECT sum(ended)::int AS ended FROM job_tallies');

    test('is there until it stops, and what it did stays', async () => {
      const reporter = start(['upload.process.x'], [{ job: 'upload.process', ended: 3, failed: 1 }]);
      await eventually(async () =>
        (await query('SELECT FROM worker_reports WHERE running <> $1', [[]])).length > 0 ? true : undefined,
      );
      reporters.pop();
      await reporter.stop();
      expect(await query('SELECT FROM worker_reports')).toEqual([]);
      expect(await tallies()).toEqual([{ ended: 3 }]);
    });

    test('writes down later what it could not at first', async () => {
      await query('ALTER TABLE job_tallies RENAME TO hidden');
      const reporter = start([], [{ job: 'upload.process', ended: 3, failed: 0 }]);
      await eventually(() => log.includes('cannot report') || undefined);
      await query('ALTER TABLE hidden RENAME TO job_tallies');
      reporters.pop();
      await reporter.stop();
      expect(await tallies()).toEqual([{ ended: 3 }]);
    });

    test('adds to what others tally in the same minute', async () => {
      const each = Array.from({ length: 8 }, (_, index) =>
        start(
          [],
          [
            { job: index % 2 ? 'upload.process' : 'upload.render', ended: 1, failed: 0 },
            { job: index % 2 ? 'upload.render' : 'upload.process', ended: 2, failed: 0 },
          ],
        ),
      );
      reporters.length = 0;
      for (const reporter of each) await reporter.stop();
      expect(await tallies()).toEqual([{ ended: 24 }]);
    });
  });
});
