import type { SpanMaker } from './span-maker.js';
import type { Span, SpanHead, TraceOrigin } from './span.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';

/** Null while tracing is off. */
let maker: SpanMaker | null = null;

/** Switches on, or off with null. */
export function setMaker(next: SpanMaker | null): void {
  maker = next;
}

/** The trace that the header `traceparent` of a client names, in version 00; none while tracing is off. */
export function clientTraceOf(header: string | undefined): string | undefined {
  const place = maker === null ? null : readTraceparent(header);
  return place ? writeTraceparent(place) : undefined;
}

/** Begins a trace, if the sampler wants it. */
export function traceSpan(head: SpanHead, origin: TraceOrigin = {}): Span | null {
  return maker === null ? null : maker.root(head, origin);
}

/** Continues a trace of ours that a row carried here; null when it carried none. */
export function carriedSpan(head: SpanHead, traceparent: string | null | undefined): Span | null {
  return maker === null || !traceparent ? null : maker.carried(head, traceparent);
}

/** A part of the work that is under way; null when that is not recorded, or has too many parts. */
export function childSpan(head: SpanHead): Span | null {
  return maker === null ? null : maker.child(head);
}

/** Works within a span and ends it; what it throws is recorded by its code. Without a span it just works. */
export function within<T>(span: Span | null, work: () => Promise<T>): Promise<T> {
  return maker === null || span === null ? work() : maker.within(span, work);
}

/** Works within a child span. */
export function inSpan<T>(head: SpanHead, work: (span: Span | null) => Promise<T>): Promise<T> {
  const span = childSpan(head);
  return within(span, () => work(span));
}

/** What continues the trace of the work that is under way; null when that is not recorded. */
export function activeTraceparent(): string | null {
  return maker === null ? null : maker.activeTraceparent();
}

/** The fields by which a log line is found from its trace, and the other way round. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  return maker === null ? {} : maker.traceFields();
}
