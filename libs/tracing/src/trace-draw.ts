import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import {
  type IdGenerator,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
} from '@opentelemetry/sdk-trace';

/**
 * Draws the ids of traces, and asks the sampler about a new one before a span is made of it. Of most
 * callbacks nothing is recorded, and to make a span costs several times as much as to ask.
 */
export class TraceDraw implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private drawn: string | null = null;

  constructor(private readonly sampler: Sampler) {}

  /** Draws the next trace. Returns whether it is recorded: then it is the one that begins next. */
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
