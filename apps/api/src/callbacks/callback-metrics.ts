import { counter, histogram } from '#runtime';

/** Outcome of callbacks: `ok`, or the code of the error they were answered with. */
export const callbackOutcomes = counter('landfall_callbacks_total', 'Callbacks by outcome', 'code');

/** Of those that were recorded: OSS waits five seconds at most, with the way to us and back. */
export const callbackTimes = histogram(
  'landfall_callback_seconds',
  'Time from a callback whose signature holds to its answer, of those that were recorded',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
);

/** Where the public key of a callback came from. */
export const keyLookups = counter('landfall_callback_keys_total', 'Lookups of callback keys', 'result');

/** Callbacks with neither ticket nor secret URL: `taken`, or `refused` because there were too many. */
export const unprovenCallbacks = counter(
  'landfall_unproven_callbacks_total',
  'Callbacks without a ticket or a secret URL',
  'result',
);
