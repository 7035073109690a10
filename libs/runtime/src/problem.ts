import { type ErrorCode, errorRowOf, httpStatusOf } from './error-table.js';

/** An error response of our HTTP servers: `application/problem+json` (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
}

/** The problem of an error code; `detail` describes this occurrence and defaults to the public message. */
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
