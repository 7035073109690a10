/**
 * What no answer of ours is used for, as headers: to be shown in a frame, to run a script, to be taken for another type. A
 * page that needs more says so itself.
 */
export const closedHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
