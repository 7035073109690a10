import { setImmediate as pause } from 'node:timers/promises';
import { DataSource } from '#database';
import { explainCallback, type ExplainSettings, readCapturedCallback } from '#explain';
import type { Logger } from '#runtime';
import { keepRefused, type RefusedLine } from '#uploads';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { loggerToken } from '../tokens.js';

/** Bounds the queue while the database is slow; refusals beyond it are only logged. */
const waitingMax = 50;
const batchMax = 10;

/** The log line of a refused callback, and the settings for explaining it. */
interface Refusal {
  readonly kind: string;
  readonly line: object;
  readonly settings: ExplainSettings;
}

/**
 * Stores the log lines of refused callbacks for a day, each with the output of `landfall callback explain`. Writes them in
 * small batches after the response is sent; if the database fails, they remain in the log only.
 */
@Injectable()
export class KeptRefusals implements OnModuleDestroy {
  private waiting: Refusal[] = [];
  private writing: Promise<void> | undefined;

  constructor(
    private readonly source: DataSource,
    @Inject(loggerToken) private readonly logger: Logger,
  ) {}

  add(refusal: Refusal): void {
    if (this.waiting.length >= waitingMax) return;
    this.waiting.push(refusal);
    this.writing ??= this.write();
  }

  async onModuleDestroy(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const lines: RefusedLine[] = [];
        for (const refusal of this.waiting.splice(0, batchMax)) {
          // Yields to the event loop: explaining takes time, and new callbacks go first.
          await pause();
          lines.push(explain(refusal));
        }
        await keepRefused(this.source, lines);
      }
    } catch (error) {
      this.waiting = [];
      this.logger.warn({ err: error }, 'cannot store refused callbacks; they are only in the log');
    } finally {
      this.writing = undefined;
    }
  }
}

/** Explains from the log line alone, which holds no signature and no secret, as an operator would with the CLI. */
function explain({ kind, line, settings }: Refusal): RefusedLine {
  const captured = readCapturedCallback(Buffer.from(JSON.stringify(line)));
  const { steps } = explainCallback(captured, settings);
  return { kind, line, explanation: steps };
}
