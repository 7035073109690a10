import { counter } from '#runtime';

/** Why streams ended; `stalled`: the reader took nothing for too long and was cut. */
export const streamEnds = counter(
  'landfall_event_streams_ended_total',
  'Event streams that ended, by reason: client, stalled, expired, shutdown, failed',
  'reason',
);
/** Streams and waiting requests that were refused because too many were open. */
export const liveRefusals = counter(
  'landfall_live_refused_total',
  'Event streams and waiting requests that were refused, by code',
  'code',
);
