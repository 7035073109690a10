import { type ErrorCode, errorRowOf, httpStatusOf } from './error-table.js';

/** An error as our HTTP servers answer it: `application/problem+json` (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
}

/** The problem of a code; `detail` says what happened this time. */
export function problemOf(code: ErrorCode, detail?: string): Problem {
  const { message } = errorRowOf(code);
  return {
    type: `urn:landfall:error:${code}`,
    title: message,
    status: httpStatusOf(code),
    code,
    detail: detail ?? message,
  };
}
