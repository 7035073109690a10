import 'reflect-metadata';
import { migrateQueue, openQueueBackend } from '#jobs';
import { type MakingJob, type Urgency, outboxRow, queueJobs } from '#outbox';
import { LandfallError, newId } from '#runtime';
import { eventually, queueKinds, testDatabase, type TestDatabase, type TestQueue, testQueue } from '#testing';
import { Queue } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Seen, startJobsWorker, type Work } from './jobs-worker.fixture.js';

describe.each(queueKinds)('jobs on %s', (kind) => {
  let database: TestDatabase;
  let seen: Seen;
  const closers: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await testDatabase();
    await migrateQueue(testQueue(kind, database.url).url);
    seen = { runs: [], givenUp: [], ended: [] };
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    await database[Symbol.asyncDispose]();
  });

  /** A worker that runs `work` for every job; returns how to end it. */
  async function startWorker(queue: TestQueue, work: Work, thumbnailsAtOnce = 4) {
    const close = await startJobsWorker({ queue, database, seen }, work, thumbnailsAtOnce);
    closers.push(close);
    return close;
  }

  const queue = (name: MakingJob, uploadId: string, urgency?: Urgency) =>
    database.source.transaction((manager) =>
      queueJobs(manager, [outboxRow(name, { v: 1, uploadId, urgency })]),
    );
  const outboxIsEmpty = async () => {
    const [row] = (await database.source.query('SELECT count(*)::int AS n FROM outbox')) as [{ n: number }];
    return row.n === 0 ? true : undefined;
  };

  test('every outbox row becomes a job of its queue, and the outbox is empty', async () => {
    await startWorker(testQueue(kind, database.url), async () => {});
    const ids = Array.from({ length: 50 }, () => newId());
    await Promise.all(ids.map((id, index) => queue(index % 2 ? 'upload.transcode' : 'upload.process', id)));
    await eventually(() => (seen.ended.length >= 50 ? true : undefined));
    expect(seen.runs.map((run) => run.uploadId).toSorted()).toEqual(ids.toSorted());
    expect(seen.runs.filter((run) => run.name === 'upload.transcode')).toHaveLength(25);
    await eventually(outboxIsEmpty);
  });

  // With Redis the start waits until Redis is there.
  test.runIf(kind === 'postgres')('a worker that begins without its queue does not start', async () => {
    const nobody = testQueue(kind, 'postgres://nobody@127.0.0.1:1/nothing');
    await expect(startWorker(nobody, async () => {})).rejects.toMatchObject({ code: 'queue.unavailable' });
  });

  test('a job that is queued again while it runs or waits runs once', async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await startWorker(testQueue(kind, database.url), () => released);
    const id = newId();
    await queue('upload.process', id);
    await eventually(() => (seen.runs.length === 1 ? true : undefined));
    for (let again = 0; again < 5; again += 1) await queue('upload.process', id);
    await eventually(outboxIsEmpty);
    release();
    await eventually(() => (seen.ended.length === 1 ? true : undefined));
    // Another job through the same queue: had the first been queued again, it would have run before this one.
    const next = newId();
    await queue('upload.process', next);
    await eventually(() => (seen.ended.includes(next) ? true : undefined));
    expect(seen.runs.map((run) => run.uploadId)).toEqual([id, next]);
  });

  test('of the jobs that wait, fresh uploads come first, then what takes long, then what is made again', async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await startWorker(testQueue(kind, database.url), () => released, 1);
    await queue('upload.process', newId());
    await eventually(() => (seen.runs.length === 1 ? true : undefined));
    const again = new Set<string>();
    for (let round = 0; round < 2; round += 1) {
      for (const name of ['upload.process', 'upload.render'] as const) {
        const id = newId();
        again.add(id);
        await queue(name, id, 'again');
      }
      for (const name of ['upload.render', 'upload.process'] as const) await queue(name, newId());
      await eventually(outboxIsEmpty);
    }
    release();
    await eventually(() => (seen.ended.length === 9 ? true : undefined));
    expect(seen.runs.slice(1).map((run) => (again.has(run.uploadId) ? 'again' : run.name))).toEqual([
      ...Array(2).fill('upload.process'),
      ...Array(2).fill('upload.render'),
      ...Array(4).fill('again'),
    ]);
  });

  test('a passing failure is tried again, a final one is given up at once with its code', async () => {
    await startWorker(testQueue(kind, database.url), async (uploadId) => {
      const tries = seen.runs.filter((run) => run.uploadId === uploadId).length;
      if (uploadId === passing && tries === 1) throw new LandfallError('storage.unavailable');
      if (uploadId === final) throw new LandfallError('media.damaged');
    });
    const [passing, final] = [newId(), newId()];
    await queue('upload.process', passing);
    await queue('upload.process', final);
    await eventually(() => (seen.ended.length === 3 ? true : undefined));
    expect(seen.givenUp).toEqual([{ uploadId: final, code: 'media.damaged' }]);
    expect(seen.runs.filter((run) => run.uploadId === passing)).toHaveLength(2);
  });

  test('a finished job leaves room for the same work, so that the sweep can queue it again', async () => {
    await startWorker(testQueue(kind, database.url), async () => {});
    const id = newId();
    // Like the sweep it asks again: what is queued while the job before clears up is that job still.
    await eventually(async () => {
      await queue('upload.process', id);
      return seen.ended.length >= 3 ? true : undefined;
    });
    expect(new Set(seen.ended)).toEqual(new Set([id]));
  });

  test('what only a newer release knows is left to its workers, and given up when there are none within an hour', async () => {
    const shared = testQueue(kind, database.url);
    const backend = openQueueBackend({ ...shared, poolSize: 2 });
    const thumbnails = new Queue('thumbnail', {
      connection: backend.producer,
      prefix: backend.prefixOf('thumbnail'),
    });
    closers.push(async () => {
      await thumbnails.close();
      await backend.close();
    });
    const uploadId = newId();
    const options = { attempts: 3, removeOnComplete: true, removeOnFail: true };
    const anHourAgo = { ...options, timestamp: Date.now() - 3_700_000 };
    await thumbnails.addBulk([
      { name: 'upload.tomorrow', data: { v: 1, uploadId }, opts: options },
      { name: 'upload.process', data: { v: 2, uploadId }, opts: options },
      { name: 'upload.tomorrow', data: { v: 1, uploadId }, opts: anHourAgo },
    ]);
    await startWorker(shared, async () => {});
    await eventually(async () => {
      const { delayed, ...others } = await thumbnails.getJobCounts();
      return (delayed === 2 && Object.values(others).every((count) => count === 0)) || undefined;
    });
    expect(seen.runs).toEqual([]);
    const left = await thumbnails.getDelayed();
    expect(left.map(({ attemptsMade }) => attemptsMade)).toEqual([0, 0]);
  });

  test('shutdown hands a long job back without losing an attempt, and another worker runs it', async () => {
    const shared = testQueue(kind, database.url);
    const stop = await startWorker(shared, async (_, { signal }) => {
      if (seen.runs.length > 1) return;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const id = newId();
    await queue('upload.transcode', id);
    await eventually(() => (seen.runs.length === 1 ? true : undefined));
    await stop();
    expect(seen.givenUp).toEqual([]);
    await startWorker(shared, async () => {});
    await eventually(() => (seen.ended.length === 2 ? true : undefined));
  });
});
