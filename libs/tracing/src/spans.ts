import type { SpanMaker } from './span-maker.js';
import type { Span, SpanHead, TraceOrigin } from './span.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';

/** Null while tracing is disabled. */
let maker: SpanMaker | null = null;

/** Enables tracing, or disables it with null. */
export function setMaker(next: SpanMaker | null): void {
  maker = next;
}

/** Normalizes the `traceparent` header of a client to version 00; undefined if it is invalid or tracing is disabled. */
export function clientTraceOf(header: string | undefined): string | undefined {
  const place = maker === null ? null : readTraceparent(header);
  return place ? writeTraceparent(place) : undefined;
}

/** Begins a trace; null if it is not sampled. */
export function traceSpan(head: SpanHead, origin: TraceOrigin = {}): Span | null {
  return maker === null ? null : maker.root(head, origin);
}

/** Continues one of our traces from a `traceparent` stored in a row; null if there is none. */
export function carriedSpan(head: SpanHead, traceparent: string | null | undefined): Span | null {
  return maker === null || !traceparent ? null : maker.carried(head, traceparent);
}

/** Begins a child of the active span; null if none is active, or it has too many children. */
export function childSpan(head: SpanHead): Span | null {
  return maker === null ? null : maker.child(head);
}

/** Runs work with the span active, records the code of an error, and ends the span. With null it only runs the work. */
export function within<T>(span: Span | null, work: () => Promise<T>): Promise<T> {
  return maker === null || span === null ? work() : maker.within(span, work);
}

/** Runs work in a child span. */
export function inSpan<T>(head: SpanHead, work: (span: Span | null) => Promise<T>): Promise<T> {
  const span = childSpan(head);
  return within(span, () => work(span));
}

/** Returns the `traceparent` of the active span; null if there is none. */
export function activeTraceparent(): string | null {
  return maker === null ? null : maker.activeTraceparent();
}

/** Returns log fields that correlate a line with the active trace; empty if there is none. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  return maker === null ? {} : maker.traceFields();
}
