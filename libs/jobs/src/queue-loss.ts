import type { QueueName } from '#outbox';
import type { Logger } from '#runtime';
import type { Queue } from 'bullmq';
import { askQueue } from './ask-queue.js';
import type { QueueBackend } from './queue-backend.js';

const lookEveryMs = 2_000;
const lookTimeoutMs = 5_000;

/**
 * Detects that a queue has lost its jobs, which neither jobs nor connections reveal: each queue has a mark that is lost with
 * them. Safe to run in any number of workers.
 */
export class QueueLoss {
  private nextLookAt = 0;

  /** @param recover re-queues everything unfinished; repeated if it or setting the mark fails */
  constructor(
    private readonly backend: Pick<QueueBackend, 'isMarked' | 'mark'>,
    private readonly queues: ReadonlyMap<QueueName, Queue>,
    private readonly recover: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  /** Checks the marks, at most every two seconds. @throws LandfallError queue.unavailable, or what `recover` throws */
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
        'queues are new, have lost their jobs or are on another server; requeuing unfinished work',
      );
      await this.recover();
      // Set last: if this worker dies before, another one detects the loss again.
      for (const queue of lost) await inTime(this.backend.mark(queue));
    }
    this.nextLookAt = performance.now() + lookEveryMs;
  }
}

function inTime<T>(request: Promise<T>): Promise<T> {
  return askQueue(request, lookTimeoutMs, 'checking the mark of a queue timed out');
}
