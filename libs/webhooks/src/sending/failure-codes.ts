import { type ErrorCode, isLandfallError } from '#runtime';

/** Error codes and names of Node and undici, mapped to delivery errors. */
const codes: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  [
    /^(UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/,
    'delivery.timed_out',
  ],
  [
    /CERT|^(ERR_SSL|ERR_TLS|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/,
    'delivery.tls_failed',
  ],
  [/^(HPE_|HTTPParserError|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_)/, 'delivery.answer_invalid'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'delivery.connection_lost'],
];

/**
 * Maps the error of a request without an answer to a code.
 * @param signal the one that ends the request after the time limit
 */
export function failureCodeOf(thrown: unknown, signal: AbortSignal): ErrorCode {
  const known = causesOf(thrown).find((error) => isLandfallError(error));
  if (known) return known.code;
  if (signal.aborted) return 'delivery.timed_out';
  for (const error of causesOf(thrown)) {
    const name = (error as NodeJS.ErrnoException).code ?? error.name;
    const [, code] = codes.find(([pattern]) => pattern.test(name)) ?? [];
    if (code) return code;
  }
  return 'delivery.unreachable';
}

/** An error, its errors per address, and its cause. */
function causesOf(thrown: unknown): Error[] {
  if (!(thrown instanceof Error)) return [];
  const addresses = thrown instanceof AggregateError ? (thrown.errors as Error[]) : [];
  return [thrown, ...addresses, ...(thrown.cause instanceof Error ? [thrown.cause] : [])];
}
