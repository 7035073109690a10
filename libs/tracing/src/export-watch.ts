import { LandfallError, type Logger } from '#runtime';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Minimum time between warnings about lost spans. */
const sayAgainMs = 300_000;

/** Logs export failures, at most every five minutes while they last, and the recovery. */
export class ExportWatch {
  /** Spans lost since the last warning; null while exports succeed. */
  private lost: number | null = null;
  private saidAt = 0;

  constructor(
    /** Host of the collector, without path or query, which may hold a token. */
    private readonly collector: string,
    private readonly logger: Logger,
  ) {}

  /** Wraps an exporter to observe its results. */
  watch(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          if (result.error) this.failed(spans.length, result.error);
          else this.succeeded();
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
    };
  }

  /** Records lost spans and logs a warning if one is due. @param spans number of lost spans; 0 if unknown */
  failed(spans: number, { message, name }: Error): void {
    const isFirst = this.lost === null;
    this.lost = (this.lost ?? 0) + spans;
    const now = performance.now();
    if (!isFirst && now - this.saidAt < sayAgainMs) return;
    const err = new LandfallError('tracing.export_failed', `${this.collector}: ${message || name}`);
    this.logger.warn({ code: err.code, err, lost: this.lost }, 'spans are lost');
    this.saidAt = now;
    this.lost = 0;
  }

  private succeeded(): void {
    if (this.lost === null) return;
    this.logger.info({ collector: this.collector }, 'the collector takes spans again');
    this.lost = null;
  }
}
