import { counter } from '#runtime';

/** Ended streams by reason. `stalled`: the reader did not drain the connection in time. */
export const streamEnds = counter(
  'landfall_event_streams_ended_total',
  'Ended event streams by reason: client, stalled, expired, shutdown, failed',
  'reason',
);
/** Streams and waiting requests refused because too many are open. */
export const liveRefusals = counter(
  'landfall_live_refused_total',
  'Refused event streams and waiting requests by code',
  'code',
);
