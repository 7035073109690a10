/**
 * tracing: OpenTelemetry spans of the processing of an upload, exported with OTLP over HTTP. Spans are
 * opened manually at boundaries: callback, relay, job, program, object store, commit, webhook. Traces
 * pass from one process to the next as a `traceparent` in a row.
 *
 * When disabled, OpenTelemetry is not loaded, and every function here is only a null check. Does not
 * belong here: names and attributes of spans, which are set where they are opened; logs; metrics.
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
