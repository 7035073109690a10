import 'reflect-metadata';
import { createDataSource, type DataSource } from '#database';
import { lockMs, migrateQueue, openQueueBackend } from '#jobs';
import { jobIdOf, OutboxRow, outboxRow, queueJobs } from '#outbox';
import { newId, pause } from '#runtime';
import {
  eventually,
  type OwnService,
  ownPostgres,
  ownRedis,
  queueKinds,
  testDatabase,
  type TestQueue,
  testQueue,
} from '#testing';
import { Queue, Worker } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Seen, startJobsWorker, type Work } from './jobs-worker.fixture.js';

describe.each(queueKinds)('locks of jobs on %s', (kind) => {
  let seen: Seen;
  const closers: (() => Promise<void>)[] = [];
  beforeEach(() => {
    stopped.length = 0;
    seen = { runs: [], givenUp: [], ended: [] };
  });
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  /** What a worker was told to stop working on. */
  const stopped: string[] = [];
  const payloadOf = (uploadId: string) => ({ v: 1, uploadId }) as const;
  const runsOf = (id: string) => seen.runs.filter(({ uploadId }) => uploadId === id).length;

  /**
   * Two workers that work on a job each, a third that has none, and a job whose worker is dead: once that one runs, they have
   * looked for such jobs.
   */
  async function startWorkers(queue: TestQueue, database: { url: string; source: DataSource }) {
    const [slow, slower, dead] = [newId(), newId(), newId()];
    const released = Promise.withResolvers<void>();
    const work: Work = async (id, { signal }) => {
      if (id === dead) return;
      signal.addEventListener('abort', () => stopped.push(id));
      await released.promise;
      await eventually(() => (runsOf(dead) > 0 ? true : undefined));
    };
    const start = async () => closers.push(await startJobsWorker({ queue, database, seen }, work));
    await start();
    await start();
    await database.source.transaction((manager) =>
      queueJobs(
        manager,
        [slow, slower].map((id) => outboxRow('upload.transcode', payloadOf(id))),
      ),
    );
    await eventually(() => (seen.runs.length === 2 ? true : undefined));
    await leaveDead(queue, dead);
    await start();
    const ended = async () => {
      released.resolve();
      await eventually(() => ([slow, slower].every((id) => seen.ended.includes(id)) ? true : undefined));
      return { slow: runsOf(slow), slower: runsOf(slower), dead: runsOf(dead), stopped };
    };
    return { ended };
  }

  /** Takes a job as a worker does that dies at once. */
  async function leaveDead(queue: TestQueue, uploadId: string): Promise<void> {
    const backend = openQueueBackend({ ...queue, poolSize: 2 });
    const { consumer: connection, prefix } = backend;
    const jobs = new Queue('transcode', { connection, prefix });
    const payload = payloadOf(uploadId);
    await jobs.add('upload.transcode', payload, { jobId: jobIdOf('upload.transcode', payload) });
    const worker = new Worker('transcode', null, {
      connection,
      prefix,
      autorun: false,
      lockDuration: lockMs,
    });
    expect(await worker.getNextJob('dead', { block: false })).toBeDefined();
    await worker.close(true);
    await jobs.close();
    await backend.close();
  }

  test('a process that stands still for longer than its locks last keeps its jobs, while those of a dead worker come back', async () => {
    await using database = await testDatabase();
    const queue = testQueue(kind, database.url);
    await migrateQueue(queue.url);
    const { ended } = await startWorkers(queue, database);
    // Nothing of this process runs meanwhile, the other worker of the queue included.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockMs + 1_000);
    expect(await ended()).toEqual({ slow: 1, slower: 1, dead: 1, stopped: [] });
    for (const close of closers.splice(0)) await close();
  });

  test('a queue that is away for longer than locks last takes no job from a worker that lives', async () => {
    await using own: OwnService = kind === 'redis' ? await ownRedis() : await ownPostgres();
    await using database = kind === 'redis' ? await testDatabase() : await connect(own.url);
    const { ended } = await startWorkers({ url: own.url, prefix: 'away' }, database);
    await own.stop();
    await pause(lockMs + 1_000);
    await own.start();
    expect(await ended()).toEqual({ slow: 1, slower: 1, dead: 1, stopped: [] });
    for (const close of closers.splice(0)) await close();
  });
});

async function connect(url: string) {
  const source = createDataSource({ url, poolSize: 4, applicationName: 'landfall-test' }, [OutboxRow]);
  await source.initialize();
  return { url, source, [Symbol.asyncDispose]: () => source.destroy() };
}
