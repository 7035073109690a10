import type { QueryValue } from './query.js';

/**
 * The part of an operation's generated types used here: its path template, such as `/v1/uploads/{id}`, and its
 * inputs.
 */
export interface OperationData {
  readonly url: string;
  readonly path?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly headers?: unknown;
}

/** An operation of the API, with its generated types. */
export interface Operation<Data extends OperationData, Answers> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: Data['url'];
  /** Whether it is safe to repeat when the outcome of an attempt is unknown. */
  readonly isRepeatable: boolean;
  /** Whether it accepts an `Idempotency-Key`, which makes a POST repeatable. */
  readonly takesKey: boolean;
  /** Carries a type only; never set at run time. */
  readonly answers?: Answers;
}

/** The response type of the success status. */
export type AnswerOf<Answers> = Answers[keyof Answers];

/** The inputs of a request, in the form common to all operations. */
export interface RequestValues {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
}
