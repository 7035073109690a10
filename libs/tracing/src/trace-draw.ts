import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import {
  type IdGenerator,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
} from '@opentelemetry/sdk-trace';

/**
 * Generates ids, and makes the sampling decision for a new trace before a span is created. Most
 * callbacks are not sampled, and creating a span costs several times as much as the decision.
 */
export class TraceDraw implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private drawn: string | null = null;

  constructor(private readonly sampler: Sampler) {}

  /** Draws a trace id and returns whether it is sampled. If so, the next `generateTraceId` returns it. */
  isRecorded(): boolean {
    const traceId = this.random.generateTraceId();
    const asked = this.sampler.shouldSample(ROOT_CONTEXT, traceId, '', SpanKind.INTERNAL, {}, []);
    const isRecorded = asked.decision === SamplingDecision.RECORD_AND_SAMPLED;
    this.drawn = isRecorded ? traceId : null;
    return isRecorded;
  }

  generateTraceId(): string {
    const traceId = this.drawn ?? this.random.generateTraceId();
    this.drawn = null;
    return traceId;
  }

  generateSpanId(): string {
    return this.random.generateSpanId();
  }
}
