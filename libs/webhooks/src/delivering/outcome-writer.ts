import type { DataSource } from '#database';
import { type Logger, pause } from '#runtime';
import { webhooksDisabled } from './delivery-metrics.js';
import type { Outcome } from './outcome.js';
import { recordOutcomes } from './record-outcomes.js';

const batchMax = 500;
const retryMs = 500;
/** Attempts before outcomes are dropped: the leases then expire, and the deliveries are sent again. */
const attemptsMax = 10;

interface Waiting {
  outcome: Outcome;
  written: () => void;
}

/** Records outcomes in batches: those that arrive while a statement runs go into the next one. */
export class OutcomeWriter {
  private readonly waiting: Waiting[] = [];
  private writing = false;

  constructor(
    private readonly source: DataSource,
    private readonly disableAfterS: number,
    private readonly logger: Logger,
  ) {}

  /** Resolves when the outcome is recorded, or dropped after repeated failures. Never rejects. */
  write(outcome: Outcome): Promise<void> {
    return new Promise((written) => {
      this.waiting.push({ outcome, written });
      if (!this.writing) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, batchMax);
      await this.writeBatch(batch.map(({ outcome }) => outcome));
      for (const { written } of batch) written();
    }
    this.writing = false;
  }

  private async writeBatch(outcomes: readonly Outcome[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const disabled = await recordOutcomes(this.source, outcomes, this.disableAfterS);
        for (const { id, reason } of disabled) {
          webhooksDisabled.count(reason);
          this.logger.warn({ webhookId: id, reason }, 'disabled a webhook');
        }
        return;
      } catch (error) {
        const isLast = attempt === attemptsMax;
        this.logger.warn(
          { err: error, outcomes: outcomes.length },
          isLast
            ? 'cannot record deliveries; they will be repeated'
            : 'cannot record deliveries; trying again',
        );
        if (isLast) return;
      }
      await pause(retryMs);
    }
  }
}
