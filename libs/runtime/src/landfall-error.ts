import { errorRowOf, type ErrorCode } from './error-table.js';
import './errors.js';

/** Facts about an error. They are logged, and some are shown to callers, so they never contain secrets or signatures. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * The one error type that rooms throw on purpose. `message` is the table's public sentence followed by `detail`:
 * what happened, which value, what to do.
 */
export class LandfallError extends Error {
  override readonly name = 'LandfallError';

  constructor(
    readonly code: ErrorCode,
    readonly detail?: string,
    options: { context?: ErrorContext; cause?: unknown } = {},
  ) {
    const { message } = errorRowOf(code);
    super(
      detail ? `${message}: ${detail}` : message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.context = options.context ?? {};
  }

  readonly context: ErrorContext;

  /** Whether a job that failed with this error should be retried. */
  get retryable(): boolean {
    return errorRowOf(this.code).retry === 'backoff';
  }
}

/** Turns anything thrown into a LandfallError; other errors become the cause of an `internal.unexpected`. */
export function toLandfallError(thrown: unknown): LandfallError {
  if (thrown instanceof LandfallError) return thrown;
  return new LandfallError('internal.unexpected', undefined, { cause: thrown });
}

/** Whether `thrown` is a LandfallError, with one of these codes if any are given. */
export function isLandfallError(thrown: unknown, ...codes: ErrorCode[]): thrown is LandfallError {
  return thrown instanceof LandfallError && (codes.length === 0 || codes.includes(thrown.code));
}
