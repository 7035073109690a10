import { z } from 'zod';
import { integer } from './values.js';

/** The event log of uploads. */
export const eventLog = z.object({
  EVENT_LOG_KEEP_S: integer(2_592_000, 3_600, 315_360_000).describe(
    'how long the event log keeps an event; a reader that is away for longer misses events',
  ),
});
