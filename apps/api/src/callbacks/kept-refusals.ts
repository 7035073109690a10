import { setImmediate as pause } from 'node:timers/promises';
import { DataSource } from '#database';
import { explainCallback, type ExplainSettings, readCapturedCallback } from '#explain';
import type { Logger } from '#runtime';
import { keepRefused, type RefusedLine } from '#uploads';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { loggerToken } from '../tokens.js';

/** More refusals than this wait only while the database is slow; the others are in the log alone. */
const waitingMax = 50;
const batchMax = 10;

/** A line of the log about a refused callback, and what it is explained with. */
interface Refusal {
  readonly kind: string;
  readonly line: object;
  readonly settings: ExplainSettings;
}

/**
 * Keeps the log lines of refused callbacks for a day, each with what `landfall callback explain` says of it. Written behind the
 * answer, a few at a time; when the database does not take them, the log still has them.
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
          // Callbacks that come meanwhile are answered first.
          await pause();
          lines.push(explain(refusal));
        }
        await keepRefused(this.source, lines);
      }
    } catch (error) {
      this.waiting = [];
      this.logger.warn({ err: error }, 'refused callbacks are in the log only');
    } finally {
      this.writing = undefined;
    }
  }
}

/** From the line alone, as whoever reads the log does: it holds no signature and no secret. */
function explain({ kind, line, settings }: Refusal): RefusedLine {
  const captured = readCapturedCallback(Buffer.from(JSON.stringify(line)));
  const { steps } = explainCallback(captured, settings);
  return { kind, line, explanation: steps };
}
