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
import { beforeEach, describe, expect, test } from 'vitest';
import { type Seen, startJobsWorker, type Work } from './jobs-worker.fixture.js';

describe.each(queueKinds)('locks of jobs on %s', (kind) => {
  let seen: Seen;
  const closers: (() => Promise<void>)[] = [];
  beforeEach(() => {
    seen = { runs: [], givenUp: [], ended: [] };
  });

  const payloadOf = (uploadId: string) => ({ v: 1, uploadId }) as const;
  const runsOf = (id: string) => seen.runs.filter(({ uploadId }) => uploadId === id).length;

  /**
   * Two workers that work on a job each, a third that has none, and a job whose worker is dead: once that one runs, they have
   * looked for such jobs.
   */
  async function startWorkers(queue: TestQueue, database: { url: string; source: DataSource }) {
    const [slow, slower, dead] = [newId(), newId(), newId()];
    const released = Promise.withResolvers<void>();
    // A list of this test: workers of the one before may still hand back.
    const stopped: string[] = [];
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
    const dying = await leaveDying(queue, dead);
    await start();
    // They have seen it by then, and would take it back the next time they look.
    await pause(2_500);
    const ended = async () => {
      // Later than the others, and yet in time: they hold off until all have renewed.
      await pause(1_000);
      expect(await dying.renew()).toBe(true);
      expect(runsOf(dead)).toBe(0);
      released.resolve();
      await eventually(() => ([slow, slower].every((id) => seen.ended.includes(id)) ? true : undefined));
      return { slow: runsOf(slow), slower: runsOf(slower), dead: runsOf(dead), stopped };
    };
    const close = async () => {
      released.resolve();
      for (const closer of closers.splice(0).toReversed()) await closer();
    };
    return { ended, [Symbol.asyncDispose]: close };
  }

  /** Takes a job as a worker does that renews its lock once more, late, and then dies. */
  async function leaveDying(queue: TestQueue, uploadId: string): Promise<{ renew(): Promise<boolean> }> {
    const backend = openQueueBackend({ ...queue, poolSize: 2 });
    const { consumer: connection } = backend;
    const prefix = backend.prefixOf('transcode');
    const jobs = new Queue('transcode', { connection, prefix });
    const payload = payloadOf(uploadId);
    await jobs.add('upload.transcode', payload, { jobId: jobIdOf('upload.transcode', payload) });
    const worker = new Worker('transcode', null, {
      connection,
      prefix,
      autorun: false,
      lockDuration: lockMs,
    });
    // The queue goes away, which is what is tested.
    worker.on('error', () => {});
    jobs.on('error', () => {});
    closers.push(async () => {
      await worker.close(true);
      await jobs.close();
      await backend.close();
    });
    const token = 'dying';
    const id = (await worker.getNextJob(token, { block: false }))?.id ?? '';
    return {
      async renew() {
        const refused = await worker.extendJobLocks([id], [token], lockMs);
        return refused.length === 0 || backend.lockAgain(worker, { id, token }, lockMs);
      },
    };
  }

  test('a process that stands still for longer than its locks last keeps its jobs, while those of a dead worker come back', async () => {
    await using database = await testDatabase();
    const queue = testQueue(kind, database.url);
    await migrateQueue(queue.url);
    await using workers = await startWorkers(queue, database);
    // Nothing of this process runs meanwhile, the other worker of the queue included.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockMs + 1_000);
    expect(await workers.ended()).toEqual({ slow: 1, slower: 1, dead: 1, stopped: [] });
  });

  test('a queue that is away for longer than locks last takes no job from a worker that lives', async () => {
    await using own: OwnService = kind === 'redis' ? await ownRedis() : await ownPostgres();
    await using database = kind === 'redis' ? await testDatabase() : await connect(own.url);
    await using workers = await startWorkers({ url: own.url, prefix: 'away' }, database);
    await own.stop();
    await pause(lockMs + 1_000);
    await own.start();
    expect(await workers.ended()).toEqual({ slow: 1, slower: 1, dead: 1, stopped: [] });
  });
});

async function connect(url: string) {
  const source = createDataSource({ url, poolSize: 4, applicationName: 'landfall-test' }, [OutboxRow]);
  await source.initialize();
  return { url, source, [Symbol.asyncDispose]: () => source.destroy() };
}
