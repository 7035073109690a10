import { z } from 'zod';
import { integer, list } from './values.js';

/** The search for objects that no message reported. */
export const reconcile = z.object({
  RECONCILE_INTERVAL_S: integer(0, 0, 2_592_000).describe(
    'how often a worker lists the buckets for objects without an upload; 0 leaves this to `landfall reconcile`',
  ),
  RECONCILE_WINDOW_S: integer(604_800, 60, 31_536_000).describe(
    'maximum age of the objects that the schedule registers; older ones are left to `landfall reconcile`, because processing the history of a bucket should be intended',
  ),
  RECONCILE_PREFIXES: list('').describe(
    'comma-separated key prefixes that the schedule lists; empty lists whole buckets',
  ),
  RECONCILE_REQUESTS_PER_SECOND: integer(20, 1, 1_000).describe(
    'maximum number of list requests per second; each lists up to a thousand keys',
  ),
});
