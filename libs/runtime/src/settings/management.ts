import { z } from 'zod';

/** The management port of a process, for its operators. */
export const management = z.object({
  MANAGEMENT_HOST: z
    .string()
    .default('0.0.0.0')
    .describe('address the management port listens on; it needs no key, so do not expose it to the internet'),
  MANAGEMENT_PORT: z.coerce
    .number('must be an integer')
    .int('must be an integer')
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'port that serves /metrics, /health/live, /health/ready and /queues; 0 picks a free one; without it there is none',
    ),
});
