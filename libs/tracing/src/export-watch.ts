import { LandfallError, type Logger } from '#runtime';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** So often it is said at most that spans are lost. */
const sayAgainMs = 300_000;

/** Says once, and now and then, that the collector takes nothing, and when it does again. */
export class ExportWatch {
  /** Spans that were lost since it was last said; null while they arrive. */
  private lost: number | null = null;
  private saidAt = 0;

  constructor(
    /** Without a path or query, which may hold a token. */
    private readonly collector: string,
    private readonly logger: Logger,
  ) {}

  /** The same exporter, watched. */
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

  /** @param spans how many are lost, as far as that is known */
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
