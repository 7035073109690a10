import { counter } from '#runtime';

/** Ended streams by reason. `stalled`: the reader did not drain the connection in time. */
export const streamEnds = counter(
  'landfall_event_streams_ended_total',
  'Event streams that ended, by reason: client, stalled, expired, shutdown, failed',
  'reason',
);
/** Streams and waiting requests refused because too many are open. */
export const liveRefusals = counter(
  'landfall_live_refused_total',
  'Event streams and waiting requests that were refused, by code',
  'code',
);
