import { pause } from '#runtime';
import type { Program } from '../harness/program.js';
import type { BenchStack } from '../harness/stack.js';

/** A group of workers: the queues they process, the queue they scale by, and their maximum number. */
export interface Fleet {
  readonly queue: 'thumbnail' | 'transcode';
  /** WORKER_QUEUES */
  readonly takes: string;
  /** Backlog per worker. */
  readonly perWorker: number;
  readonly max: number;
}

interface Figures {
  queues: Record<string, { backlog: number }>;
}

/** Poll interval; KEDA polls every 30 s by default. */
const lookEveryMs = 1_000;

/**
 * Simulates an autoscaler: starts and stops real workers according to `GET /v1/queues`. Scales up at once, and down
 * when the backlog has been empty for the cool-down.
 */
export class Scaler {
  private readonly running = new Map<Fleet, { worker: Program; since: number }[]>();
  private readonly emptySince = new Map<Fleet, number>();
  private workedMs = 0;
  private most = 0;

  constructor(
    private readonly stack: BenchStack,
    private readonly fleets: readonly Fleet[],
    private readonly env: Record<string, string>,
    private readonly cooldownMs: number,
  ) {}

  /** Total lifetime of the stopped workers, in minutes. */
  get workerMinutes(): number {
    return this.workedMs / 60_000;
  }

  get peak(): number {
    return this.most;
  }

  /** Scales until there is neither work nor a worker left. */
  async scaleToNone(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const { queues } = await this.look();
      for (const fleet of this.fleets) await this.fit(fleet, queues[fleet.queue]?.backlog ?? 0);
      const count = [...this.running.values()].flat().length;
      this.most = Math.max(this.most, count);
      const left = this.fleets.reduce((sum, { queue }) => sum + (queues[queue]?.backlog ?? 0), 0);
      if (count === 0 && left === 0) return;
      await pause(lookEveryMs, signal);
    }
  }

  private async fit(fleet: Fleet, backlog: number): Promise<void> {
    const workers = this.running.get(fleet) ?? [];
    this.running.set(fleet, workers);
    const wanted = Math.min(fleet.max, Math.ceil(backlog / fleet.perWorker));
    while (workers.length < wanted) {
      const since = performance.now();
      const worker = await this.stack.startWorker({ ...this.env, WORKER_QUEUES: fleet.takes });
      workers.push({ worker, since });
    }
    if (backlog > 0) return void this.emptySince.delete(fleet);
    const since = this.emptySince.get(fleet) ?? performance.now();
    this.emptySince.set(fleet, since);
    if (performance.now() - since < this.cooldownMs) return;
    for (const { worker, since: startedAt } of workers.splice(0)) {
      await worker[Symbol.asyncDispose]();
      this.workedMs += performance.now() - startedAt;
    }
  }

  private async look(): Promise<Figures> {
    const answer = await fetch(`${this.stack.api.url}/v1/queues`, {
      headers: { authorization: `Bearer ${this.stack.apiKey}` },
    });
    if (!answer.ok) throw new Error(`GET /v1/queues answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Figures;
  }
}
