import { counter } from '#runtime';

/** Event pushes by outcome: `ok`, or the error code of the response. */
export const pushOutcomes = counter('landfall_event_pushes_total', 'Pushes of events by outcome', 'code');
