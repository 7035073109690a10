/**
 * Restrictive default headers for all responses: no framing, scripts, MIME sniffing or referrer. A page that needs more sets
 * its own.
 */
export const closedHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
