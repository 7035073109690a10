import { eventually, queueKinds, type Stack, startStack } from '#testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

interface Queues {
  queues: Record<string, { waiting: number; active: number; backlog: number; pausedAt: string | null }>;
  outbox: { count: number };
}

describe.each(queueKinds)('a paused queue on %s', (kind) => {
  let stack: Stack;
  let picture: Buffer;
  beforeAll(async () => {
    stack = await startStack(kind, { WORKER_SWEEP_INTERVAL_MS: '300', WORKER_SWEEP_AFTER_MS: '500' });
    picture = await png(64, 48);
    return () => stack[Symbol.asyncDispose]();
  });

  const change = async (way: 'pause' | 'resume') => {
    const answer = await fetch(`${stack.api.url}/v1/queues/thumbnail/${way}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.env['API_KEYS']}` },
    });
    expect(answer.status).toBe(200);
  };
  const word = (text: string) =>
    eventually(() => (stack.worker.output().includes(text) ? true : undefined), 20_000);
  const figures = (holds: (queues: Queues) => boolean) =>
    eventually(async () => {
      const queues = await stack.get<Queues>('/v1/queues');
      return holds(queues) ? queues : undefined;
    }, 20_000);
  const statusOf = async (id: string) => (await stack.get<{ status: string }>(`/v1/uploads/${id}`)).status;
  const put = (name: string) => putObject(stack, `${name}.png`, picture);

  test('is left alone by the workers that run and by those that start, and loses nothing', async () => {
    await stack.waitFor(await put('before'), 'ready');
    await change('pause');
    await word('the queue is paused');
    // At once, while an idle worker may still be waiting for a job.
    const ids = await Promise.all([1, 2, 3].map((index) => put(`waiting-${index}`)));
    await figures(({ queues, outbox }) => queues['thumbnail']?.waiting === 3 && outbox.count === 0);
    const late = await stack.startWorker();
    ids.push(await put('waiting-4'));
    // Each of them has been swept several times by then, by one worker or the other.
    const sweeps = () =>
      [stack.worker, late].flatMap((worker) => worker.output().split('swept unfinished uploads')).length;
    const before = sweeps();
    await eventually(() => (sweeps() >= before + 3 ? true : undefined), 60_000);
    const paused = await figures(
      ({ queues, outbox }) => queues['thumbnail']?.waiting === 4 && outbox.count === 0,
    );
    expect(paused.queues['thumbnail']).toMatchObject({ active: 0, backlog: 0 });
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'stored'));
    await late.end();
    await change('resume');
    await word('the queue is resumed');
    for (const id of ids) await stack.waitFor(id, 'ready');
    await figures(({ queues }) => queues['thumbnail']?.backlog === 0);
  });

  test('may be paused and resumed again, also while a worker ends', async () => {
    await change('pause');
    const worker = await stack.startWorker();
    const id = await put('again');
    await change('resume');
    expect(await worker.end()).toBe(0);
    await stack.waitFor(id, 'ready');
    const other = await stack.startWorker();
    await change('pause');
    await eventually(() => (other.output().includes('the queue is paused') ? true : undefined), 20_000);
    expect(await other.end()).toBe(0);
    await change('resume');
  });
});
