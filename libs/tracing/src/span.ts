/** What is known of a piece of work. Exported as it is: no secrets, no URLs, no object keys. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a span is called, on which side of a border it stands, and what is known when it begins. */
export interface SpanHead {
  readonly name: string;
  /** `internal` unless set. */
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  readonly facts?: Facts;
}

/** A piece of work that is recorded. There are none of work that is not sampled. */
export interface Span {
  /** Names this span to whoever continues the trace. */
  readonly traceparent: string;
  note(facts: Facts): void;
  /** The work has failed, with a code of the error table. */
  fail(code: string): void;
  /** Call it once; `within` and `inSpan` do. */
  end(): void;
}

/** From where a new trace comes. */
export interface TraceOrigin {
  /** The `traceparent` of a client that we believe: its trace is continued, if it is one. */
  readonly parent?: string | null | undefined;
  /** The `traceparent` of an older trace about the same: the new one is recorded, and points there. */
  readonly link?: string | null | undefined;
}
