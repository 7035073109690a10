import { counter, histogram } from '#runtime';

/** Callbacks by outcome: `ok`, or the error code of the response. */
export const callbackOutcomes = counter('landfall_callbacks_total', 'Callbacks by outcome', 'code');

/** Handling time of recorded callbacks, in seconds. OSS waits at most five seconds, including network time. */
export const callbackTimes = histogram(
  'landfall_callback_seconds',
  'Time from verifying the signature of a callback to the response, for recorded callbacks',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
);

/** Key lookups by result: `cached`, `fetched` or `failed`. */
export const keyLookups = counter('landfall_callback_keys_total', 'Lookups of callback keys', 'result');

/** Callbacks with neither ticket nor secret URL: `taken`, or `refused` by the rate limit. */
export const unprovenCallbacks = counter(
  'landfall_unproven_callbacks_total',
  'Callbacks without a ticket or a secret URL',
  'result',
);
