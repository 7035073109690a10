import type { QueryValue } from './query.js';

/** What the generated types say of an operation: its path with `{id}` in it, and what it takes. */
export interface OperationData {
  readonly url: string;
  readonly path?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly headers?: unknown;
}

/** One operation of the API, typed by the generated types. */
export interface Operation<Data extends OperationData, Answers> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: Data['url'];
  /** Whether it may be sent again when nobody knows what became of the first time. */
  readonly isRepeatable: boolean;
  /** Whether it takes an `Idempotency-Key`, which makes a POST repeatable. */
  readonly takesKey: boolean;
  /** Only for the compiler. */
  readonly answers?: Answers;
}

/** The answer with the status of a success. */
export type AnswerOf<Answers> = Answers[keyof Answers];

/** The values of one request, in the form that every operation shares. */
export interface RequestValues {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
}
