/** Upper limit for Retry-After. */
const longestS = 86_400;

/** The seconds in `Retry-After`, a number or an HTTP date (RFC 9110); null if it is absent or invalid. */
export function retryAfterOf(header: string | string[] | undefined, now: Date): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), longestS) : null;
}
