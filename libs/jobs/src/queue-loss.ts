import type { QueueName } from '#outbox';
import type { Logger } from '#runtime';
import type { Queue } from 'bullmq';
import { askQueue } from './ask-queue.js';
import type { QueueBackend } from './queue-backend.js';

const lookEveryMs = 2_000;
const lookTimeoutMs = 5_000;

/**
 * Notices a queue that has lost its jobs, which no job and no connection tells: each queue has a mark that is lost with
 * them. Any number of workers may look at once.
 */
export class QueueLoss {
  private nextLookAt = 0;

  /** @param recover has everything queued again that is unfinished; done again when it or the mark fails */
  constructor(
    private readonly backend: Pick<QueueBackend, 'isMarked' | 'mark'>,
    private readonly queues: ReadonlyMap<QueueName, Queue>,
    private readonly recover: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  /** Looks, unless it did just now. @throws what the queue or `recover` throws */
  async look(): Promise<void> {
    if (performance.now() < this.nextLookAt) return;
    const lost: Queue[] = [];
    for (const queue of this.queues.values()) {
      if (!(await inTime(this.backend.isMarked(queue)))) lost.push(queue);
    }
    if (lost.length > 0) {
      const queues = lost.map(({ name }) => name);
      this.logger.warn(
        { queues },
        'queues are new, have lost their jobs or are on another server; what is unfinished is queued again',
      );
      await this.recover();
      // Last: if this worker dies before, the next one sees the loss again.
      for (const queue of lost) await inTime(this.backend.mark(queue));
    }
    this.nextLookAt = performance.now() + lookEveryMs;
  }
}

function inTime<T>(request: Promise<T>): Promise<T> {
  return askQueue(request, lookTimeoutMs, 'the mark of a queue timed out');
}
