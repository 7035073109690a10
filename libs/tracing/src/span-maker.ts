import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { toLandfallError } from '#runtime';
import type { Facts, Span, SpanHead, TraceOrigin } from './span.js';
import type { TraceDraw } from './trace-draw.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';

/**
 * Maximum number of child spans of one unit of work. A two-hour film has thousands of segments to
 * store, of which the first suffice to show how long one takes.
 */
const partsMax = 500;

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** How many more child spans a unit of work may have, and how many were dropped. */
interface Budget {
  left: number;
  tooMany: number;
}

class OpenSpan implements Span {
  private hasFailed = false;

  constructor(
    private readonly span: OtelSpan,
    readonly budget: Budget,
    /** Whether this span owns the budget and reports what was dropped. */
    private readonly hasBudget: boolean,
  ) {}

  get traceparent(): string {
    return writeTraceparent({ ...this.span.spanContext(), isSampled: true });
  }

  get place(): SpanContext {
    return this.span.spanContext();
  }

  get context(): Context {
    return trace.setSpan(ROOT_CONTEXT, this.span);
  }

  note(facts: Facts): void {
    this.span.setAttributes(facts);
  }

  fail(code: string): void {
    // Keeps the first code, which is the most specific; later ones come from enclosing work.
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    if (this.hasBudget && this.budget.tooMany > 0)
      this.span.setAttribute('landfall.spans_left_out', this.budget.tooMany);
    this.span.end();
  }
}

/** Creates spans while tracing is enabled, and tracks the active one. `spans.ts` documents the methods. */
export class SpanMaker {
  private readonly active = new AsyncLocalStorage<OpenSpan>();

  constructor(
    private readonly tracer: Tracer,
    private readonly draw: TraceDraw,
  ) {}

  root(head: SpanHead, { parent, link }: TraceOrigin): Span | null {
    const client = contextOf(parent, true);
    const linked = contextOf(link, false);
    if (client === null && linked === null && !this.draw.isRecorded()) return null;
    return this.open(head, client, linked ? [linked] : []);
  }

  carried(head: SpanHead, traceparent: string): Span | null {
    const parent = contextOf(traceparent, false);
    return parent && this.open(head, parent);
  }

  child(head: SpanHead): Span | null {
    const active = this.active.getStore();
    if (active === undefined) return null;
    const { budget } = active;
    if (budget.left === 0) {
      budget.tooMany += 1;
      return null;
    }
    budget.left -= 1;
    return new OpenSpan(this.start(head, active.context), budget, false);
  }

  async within<T>(span: Span, work: () => Promise<T>): Promise<T> {
    try {
      return await (span instanceof OpenSpan ? this.active.run(span, work) : work());
    } catch (error) {
      span.fail(toLandfallError(error).code);
      throw error;
    } finally {
      span.end();
    }
  }

  activeTraceparent(): string | null {
    return this.active.getStore()?.traceparent ?? null;
  }

  traceFields(): { trace_id?: string; span_id?: string } {
    const active = this.active.getStore();
    return active ? { trace_id: active.place.traceId, span_id: active.place.spanId } : {};
  }

  private open(
    head: SpanHead,
    parent: SpanContext | null,
    links: readonly SpanContext[] = [],
  ): OpenSpan | null {
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const span = this.start(head, context, links);
    return span.isRecording() ? new OpenSpan(span, { left: partsMax, tooMany: 0 }, true) : null;
  }

  private start(
    { name, kind, facts = {} }: SpanHead,
    context: Context,
    links: readonly SpanContext[] = [],
  ): OtelSpan {
    const options = {
      attributes: facts,
      links: links.map((linked) => ({ context: linked })),
      ...(kind && { kind: kinds[kind] }),
    };
    return this.tracer.startSpan(name, options, context);
  }
}

/**
 * @param isRemote true for a client's traceparent, on which the sampler decides; our own are always
 * sampled, because others are not stored
 */
function contextOf(traceparent: string | null | undefined, isRemote: boolean): SpanContext | null {
  // Most callbacks have no traceparent; this skips the regular expression.
  const place = traceparent ? readTraceparent(traceparent) : null;
  if (!place) return null;
  const { traceId, spanId, isSampled } = place;
  return { traceId, spanId, isRemote, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
}
