/** Attributes of a span. Exported unchanged: no secrets, no URLs, no object keys. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** Name, kind and initial attributes of a span. */
export interface SpanHead {
  readonly name: string;
  /** `internal` unless set. */
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  readonly facts?: Facts;
}

/** A recorded unit of work. Work that is not sampled has no span. */
export interface Span {
  /** Header value for continuing the trace from this span. */
  readonly traceparent: string;
  note(facts: Facts): void;
  /** Marks the work as failed with a code of the error table. */
  fail(code: string): void;
  /** Ends the span. Call it once; `within` and `inSpan` do so themselves. */
  end(): void;
}

/** What a new trace continues or refers to. */
export interface TraceOrigin {
  /** The `traceparent` of a trusted client; its trace is continued if the value is valid. */
  readonly parent?: string | null | undefined;
  /** The `traceparent` of an earlier related trace; the new one is always recorded, with a link to it. */
  readonly link?: string | null | undefined;
}
