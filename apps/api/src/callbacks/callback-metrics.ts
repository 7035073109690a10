import { counter } from '#runtime';

/** Outcome of callbacks: `ok`, or the code of the error they were answered with. */
export const callbackOutcomes = counter('landfall_callbacks_total', 'Callbacks by outcome', 'code');

/** Where the public key of a callback came from. */
export const keyLookups = counter('landfall_callback_keys_total', 'Lookups of callback keys', 'result');

/** Callbacks with neither ticket nor secret URL: `taken`, or `refused` because there were too many. */
export const unprovenCallbacks = counter(
  'landfall_unproven_callbacks_total',
  'Callbacks without a ticket or a secret URL',
  'result',
);
