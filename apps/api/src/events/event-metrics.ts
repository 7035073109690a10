import { counter } from '#runtime';

/** Outcome of pushes: `ok`, or the code of the error they were answered with. */
export const pushOutcomes = counter('landfall_event_pushes_total', 'Pushes of events by outcome', 'code');
