import {
  type AppProcess,
  eventually,
  ownRedis,
  type OwnService,
  queueKinds,
  type Stack,
  startStack,
} from '#testing';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { png } from '../fixtures/files.fixture.js';
import { putObject } from '../fixtures/uploads.fixture.js';

interface Queues {
  queues: Record<string, { backlog: number; waiting: number; active: number; workers: number }>;
  outbox: { count: number };
  queueReachable: boolean | null;
}

const uploads = 24;
/** Backlog that one worker is for. */
const perWorker = 8;
const workersMax = 3;

/** Stands in for a scaler: starts and ends real workers by what `GET /v1/queues` says, until it is stopped. */
function scale(stack: Stack) {
  const workers: AppProcess[] = [];
  const stopping = new AbortController();
  let peak = 0;
  const look = async () => {
    const { queues } = await stack.get<Queues>('/v1/queues');
    const backlog = Object.values(queues).reduce((sum, queue) => sum + queue.backlog, 0);
    const wanted = Math.min(workersMax, Math.ceil(backlog / perWorker));
    // Up at once; down only when nothing is left, as a scaler does after its cool-down.
    while (workers.length < wanted) workers.push(await stack.startWorker());
    if (wanted === 0) for (const worker of workers.splice(0)) await worker.end();
    peak = Math.max(peak, workers.length);
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  return {
    count: () => workers.length,
    peak: () => peak,
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}

describe.each(queueKinds)('with the queue on %s', (kind) => {
  let redis: OwnService | null;
  let stack: Stack;
  let picture: Buffer;
  beforeAll(async () => {
    redis = kind === 'redis' ? await ownRedis() : null;
    stack = await startStack(kind, {
      WORKER_SWEEP_INTERVAL_MS: '500',
      WORKER_SWEEP_AFTER_MS: '1000',
      ...(redis && { QUEUE_URL: redis.url }),
    });
    picture = await png(64, 48);
    await stack.worker.end();
    return async () => {
      await stack[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
    };
  });

  const put = (count: number, folder: string) =>
    Promise.all(
      Array.from({ length: count }, (_, index) => putObject(stack, `${folder}/${index}.png`, picture)),
    );
  const figures = (holds: (queues: Queues) => boolean) =>
    eventually(async () => {
      const queues = await stack.get<Queues>('/v1/queues');
      return holds(queues) ? queues : undefined;
    });
  /** Scales until all of these are ready and no worker is left. */
  const scaleUntilReady = async (ids: readonly string[]) => {
    const scaler = scale(stack);
    try {
      for (const id of ids) await stack.waitFor(id, 'ready');
      await eventually(() => (scaler.count() === 0 ? true : undefined));
      return scaler.peak();
    } finally {
      await scaler.stop();
    }
  };

  test('workers come from none with the work, and go when it is done', async () => {
    const ids = await put(uploads, 'flood');
    const flooded = await figures(({ outbox }) => outbox.count === uploads);
    expect(flooded.queueReachable).toBeNull();
    expect(flooded.queues['thumbnail']).toMatchObject({ waiting: uploads, active: 0, workers: 0 });
    expect(await scaleUntilReady(ids)).toBeGreaterThan(1);
    await figures(({ queues }) =>
      Object.values(queues).every(({ backlog, workers }) => backlog === 0 && workers === 0),
    );
  });

  test.runIf(kind === 'redis')(
    'while the queue is away the workers say so, callbacks are taken, and a flush hides no work',
    async () => {
      // It takes no pictures, and moves them into the queue.
      const relaying = await stack.startWorker({ WORKER_QUEUES: 'delivery' });
      const ready = async ({ managementUrl }: AppProcess) => {
        const answer = await fetch(`${managementUrl}/health/ready`);
        return [answer.status, ((await answer.json()) as { code?: string }).code];
      };
      expect(await ready(relaying)).toEqual([200, undefined]);
      await redis?.stop();
      await eventually(async () => ((await ready(relaying))[0] === 503 ? true : undefined));
      expect(await ready(relaying)).toEqual([503, 'queue.unavailable']);
      expect((await fetch(`${relaying.managementUrl}/health/live`)).status).toBe(200);
      expect(await ready(stack.api)).toEqual([200, undefined]);
      const ids = await put(4, 'away');
      const away = await figures(({ queueReachable }) => queueReachable === false);
      expect(away.queues['thumbnail']).toMatchObject({ waiting: 4 });
      await redis?.start();
      const queued = await figures(
        ({ outbox, queueReachable }) => outbox.count === 0 && queueReachable === true,
      );
      expect(queued.queues['thumbnail']).toMatchObject({ waiting: 4, workers: 0 });
      await relaying.end();
      const client = new Redis(redis?.url ?? '');
      await client.flushall();
      client.disconnect();
      const flushed = await figures(({ queueReachable }) => queueReachable === null);
      expect(flushed.queues['thumbnail']).toMatchObject({ waiting: 4 });
      expect(await scaleUntilReady(ids)).toBe(1);
    },
  );
});
