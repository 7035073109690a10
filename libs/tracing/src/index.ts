/**
 * tracing: what an upload goes through, as spans of OpenTelemetry, sent by OTLP over HTTP. A span is
 * opened by hand where work crosses a border: callback, relay, job, program, object store, commit,
 * webhook. A trace goes from one process to the next as a `traceparent` in a row.
 *
 * Switched off, nothing of OpenTelemetry is loaded, and every function here is a check for null.
 * Does not belong here: what a span is about, which is said where it is opened; logs; metrics.
 */
import './errors.js';

export { openTracing } from './open-tracing.js';
export {
  activeTraceparent,
  carriedSpan,
  childSpan,
  clientTraceOf,
  inSpan,
  traceFields,
  traceSpan,
  within,
} from './spans.js';
export type { Span } from './span.js';
