import { z } from 'zod';
import { integer } from './values.js';

/** How clients follow the event log: by streams and by long polling. */
export const live = z.object({
  LIVE_STREAMS_MAX: integer(2_000, 1, 100_000).describe(
    'maximum number of event streams that one api process keeps open; more are refused with 503',
  ),
  LIVE_WAITING_MAX: integer(500, 1, 100_000).describe(
    'maximum number of requests that wait for events in one api process; more are refused with 503',
  ),
  LIVE_STALL_MS: integer(30_000, 100, 600_000).describe(
    'how long a client may leave pending data of a stream unread; the stream is then closed, and the client resumes where it stopped',
  ),
  LIVE_HEARTBEAT_MS: integer(15_000, 100, 300_000).describe(
    'how often a stream sends a heartbeat, which keeps proxies from closing it as idle',
  ),
  LIVE_TOKEN_LIFETIME_S: integer(3_600, 1, 86_400).describe(
    'maximum lifetime of a token for browsers, and the default',
  ),
});
